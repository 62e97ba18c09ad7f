#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""under_unit.py UNIT [--user ID] COMMAND...: run COMMAND as the service manager would confine it.

Of the unit it takes what needs no service manager: the system calls, address families, name spaces,
memory that is written and run, limits, umask, no new privileges, the account. Groups of system calls
are asked of systemd-analyze, so that they are those of the systemd that stands here.
"""
import ctypes
import os
import re
import resource
import subprocess
import sys

EPERM, EAFNOSUPPORT, ENOSYS = 1, 97, 38
ALLOW = 0x7FFF0000
NE, EQ, MASKED_EQ = 1, 4, 7
PROT_WRITE, PROT_EXEC = 2, 4
NAMESPACES = (0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
lib.seccomp_init.restype = ctypes.c_void_p
lib.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Compare)]
lib.seccomp_load.argtypes = [ctypes.c_void_p]


def fail(why):
    sys.exit("under_unit: " + why)


def settings(path):
    """All values of each key of [Service], in order; an unknown form is no value."""
    values, section = {}, ""
    for line in open(path):
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            values.setdefault(key, []).append(value)
    return values


def calls(word):
    """The system calls that a word of SystemCallFilter= stands for."""
    if not word.startswith("@"):
        return {word}
    out = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^\s+(@?[a-z0-9_-]+)$", out, re.M)
    if not names:
        fail("no calls in " + word)
    return set().union(*(calls(n) for n in names))


def rule(ctx, action, name, *when):
    nr = lib.seccomp_syscall_resolve_name(name.encode())
    if nr >= 0:  # else not of this architecture
        r = lib.seccomp_rule_add_array(ctx, action, nr, len(when), (Compare * len(when))(*when) if when else None)
        if r < 0:
            fail("%s: %d" % (name, r))


def errno(n):
    return 0x00050000 | n


def load(ctx):
    r = lib.seccomp_load(ctx)
    if r < 0:
        fail("seccomp_load: %d" % r)


def filter_calls(unit):
    allowed = set()
    for line in unit["SystemCallFilter"]:
        words = set().union(*(calls(w) for w in line.lstrip("~").split()))
        allowed = allowed - words if line.startswith("~") else allowed | words
    # what the manager itself always lets through, to start the program at all
    allowed |= calls("@default") | {"execve", "exit", "exit_group", "rt_sigreturn", "sigreturn", "getrlimit"}
    ctx = lib.seccomp_init(errno(EPERM))
    for name in sorted(allowed):
        rule(ctx, ALLOW, name)
    load(ctx)


def filter_rest(unit):
    ctx = lib.seccomp_init(ALLOW)
    if unit["MemoryDenyWriteExecute"] == ["yes"]:
        both = PROT_WRITE | PROT_EXEC
        rule(ctx, errno(EPERM), "mmap", Compare(2, MASKED_EQ, both, both))
        rule(ctx, errno(EPERM), "mprotect", Compare(2, MASKED_EQ, PROT_EXEC, PROT_EXEC))
        rule(ctx, errno(EPERM), "pkey_mprotect", Compare(2, MASKED_EQ, PROT_EXEC, PROT_EXEC))
        rule(ctx, errno(EPERM), "shmat", Compare(2, MASKED_EQ, 0o100000, 0o100000))
    if unit["RestrictNamespaces"] == ["yes"]:
        rule(ctx, errno(EPERM), "unshare")
        rule(ctx, errno(EPERM), "setns")
        rule(ctx, errno(ENOSYS), "clone3")
        for flag in NAMESPACES:
            rule(ctx, errno(EPERM), "clone", Compare(0, MASKED_EQ, flag, flag))
    load(ctx)
    families = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
    allowed = {families[w] for w in unit["RestrictAddressFamilies"][0].split()}
    ctx = lib.seccomp_init(ALLOW)
    for number in range(46):
        if number not in allowed:
            rule(ctx, errno(EAFNOSUPPORT), "socket", Compare(0, EQ, number, 0))
    load(ctx)


def size(text):
    return int(text[:-1]) << 20 if text.endswith("M") else int(text)


def main():
    args = sys.argv[1:]
    unit, user = settings(args.pop(0)), None
    if args[0] == "--user":
        user = int(args[1])
        args = args[2:]
    for key, what in (("LimitCORE", "RLIMIT_CORE"), ("LimitMEMLOCK", "RLIMIT_MEMLOCK"), ("LimitNOFILE", "RLIMIT_NOFILE")):
        n = size(unit[key][0])
        hard = resource.getrlimit(getattr(resource, what))[1]
        if hard != resource.RLIM_INFINITY:  # root in a container may not raise it either
            n = min(n, hard)
        resource.setrlimit(getattr(resource, what), (n, n))
    os.umask(int(unit["UMask"][0], 8))
    if user is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0:  # PR_SET_NO_NEW_PRIVS
        fail("no new privileges")
    filter_rest(unit)
    filter_calls(unit)
    os.execv(args[0], args)


main()
