#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""listen.py BYTES HANDOVERD OPTION...: start a gateway on two sockets of this machine as a service
manager does, with so many bytes of send buffer (SendBuffer= of a systemd.socket), so that a client that
reads slowly is felt early. The second is the local listener."""
import os
import socket
import sys

for fd in (3, 4):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, int(sys.argv[1]))
    s.bind(("127.0.0.1", 0))
    s.listen(64)
    print(s.getsockname()[1], flush=True)
    os.dup2(s.detach(), fd + 10, inheritable=False)
for fd in (3, 4):
    os.dup2(fd + 10, fd, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="tls:local")
os.execv(sys.argv[2], sys.argv[2:])
