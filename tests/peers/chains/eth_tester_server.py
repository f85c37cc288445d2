"""Serves eth-tester's chain (py-evm) by JSON-RPC over HTTP: `eth_tester_server.py PORT CHAIN_ID`.

eth-tester is a library without a server. web3 translates the calls as a client sends them; this adds the HTTP, batches, the forms of
JSON-RPC, and an empty block a second, without which the chain's head would get old.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from eth_tester import EthereumTester, PyEVMBackend
from web3 import EthereumTesterProvider, Web3

PORT, CHAIN_ID = int(sys.argv[1]), int(sys.argv[2])
LOCK = threading.Lock()
TESTER = EthereumTester(PyEVMBackend())
WEB3 = Web3(EthereumTesterProvider(TESTER), middleware=[])
BLOOM_DIGITS = 512


def plain(value, key=""):
    """The value as JSON-RPC writes it: numbers and bytes as hexadecimal."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"0x{value:0{BLOOM_DIGITS}x}" if key == "logsBloom" else hex(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return {name: plain(one, name) for name, one in value.items()}


def answer(request):
    head = {"jsonrpc": "2.0", "id": request["id"]}
    method, params = request["method"], request.get("params", [])
    if method == "eth_chainId":
        return {**head, "result": hex(CHAIN_ID)}
    with LOCK:
        try:
            return {**head, "result": plain(WEB3.manager.request_blocking(method, params))}
        except Exception as error:  # The library raises where a node would answer with an error.
            return {**head, "error": {"code": -32000, "message": f"{type(error).__name__}: {error}"}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        result = [answer(one) for one in body] if isinstance(body, list) else answer(body)
        text = json.dumps(result).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def mine():
    while True:
        time.sleep(1)
        with LOCK:
            TESTER.mine_block()


threading.Thread(target=mine, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
