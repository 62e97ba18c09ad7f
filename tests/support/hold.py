#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""hold.py PORT CERT KEY SILENT HALF STALLED: keep connections to a gateway that say nothing, half a
head, or less of a body than they promised, from several addresses of this machine. Prints how many
of each stand, then keeps them, and their slots, until standard input ends."""
import socket
import ssl
import sys

port, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
silent, half, stalled = (int(n) for n in sys.argv[4:7])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE  # it is about the gateway, which knows us
context.load_cert_chain(cert, key)
kept = {"silent": [], "half": [], "stalled": []}


def connect(i):
    s = socket.socket()
    s.settimeout(20)
    s.bind((f"127.0.0.{2 + i % 20}", 0))  # a limit is for each address
    s.connect(("127.0.0.1", port))
    return s


def hold(kind, i, text):
    try:
        s = connect(i)
        if text:
            s = context.wrap_socket(s)
            s.sendall(text)
        kept[kind].append(s)
    except OSError:
        pass


for i in range(silent):
    hold("silent", i, None)
for i in range(half):
    hold("half", i, b"GET /v1/organisations HTTP/1.1\r\nHost: gw\r\nX-")
for i in range(stalled):
    hold("stalled", i, b"POST /v1/packages HTTP/1.1\r\nHost: gw\r\nContent-Type: application/json\r\n"
         b"Content-Length: 1000\r\n\r\n{\"slip\":")
print(*(len(v) for v in kept.values()), flush=True)
sys.stdin.read()
