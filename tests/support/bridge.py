#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""bridge.py PORT CERT KEY CHAIN: for judges that cannot show a client certificate. Prints a port of this
machine; each connection to it goes on to the gateway at PORT through an `openssl s_client` of its
own, which shows the certificate. It keeps little for a side that reads slowly. What one side closes is
closed at the other. Ends with its standard input."""
import socket
import subprocess
import sys
import threading

port, cert, key, chain = sys.argv[1:5]
command = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + port, "-cert", cert,
           "-key", key, "-cert_chain", chain]
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
listener.bind(("127.0.0.1", 0))
listener.listen(64)
print(listener.getsockname()[1], flush=True)
clients = []


def serve():
    while True:
        s = listener.accept()[0]
        clients.append(subprocess.Popen(command, stdin=s, stdout=s, stderr=subprocess.DEVNULL))
        s.close()


threading.Thread(target=serve, daemon=True).start()
sys.stdin.read()
for c in clients:
    c.kill()
    c.wait()
