"""A server that speaks S3, on a free port until standard input ends. Prints its address.

Without an argument it asks for no credentials; `closed`, it refuses all that it does not know.
"""

import os
import sys

if sys.argv[1:] == ["closed"]:
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(f"http://{host}:{port}", flush=True)
sys.stdin.read()
server.stop()
