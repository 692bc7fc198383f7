"""A Torii that does on the wire what no SDK would: raw bytes over HTTP or stdio, by the `q` of a call.

Every message that it gets is written down: `tools/call` can be counted at the socket, and answers to its own requests.
Over stdio: `python raw_torii.py FILE LOCK`, with the messages in FILE.
"""

import json
import os
import signal
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

SERVER = {"name": "Torii", "version": "1"}
ROWS = {"content": [{"type": "text", "text": "rows"}]}
# What an SDK would write anew: whole numbers where decimals may stand, nulls, and keys that no revision knows.
ODD = {
    "content": [{"type": "text", "text": "a", "annotations": {"priority": 1, "audience": None}, "x": None}],
    "structuredContent": {"none": None, "whole": 1, "decimal": 1.0, "large": 2**70, "small": 1.5e-7},
    "_meta": {"torii.example/none": None, "torii.example/n": 1},
    "x-unknown": [1, 1.0, None],
}
ASKED = {
    "sampling": {"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}},
    "elicitation": {"method": "elicitation/create", "params": {"message": "Sure?", "requestedSchema": {}}},
    "roots": {"method": "roots/list"},
    "unknown": {"method": "x/y"},
    "call": {"method": "tools/call", "params": {"name": "run_workflow", "arguments": {}}},
    "ping": {"method": "ping"},
}
BROKEN = {
    "not utf-8": b'{"content":[{"type":"text","text":"S3CRET caf\xe9"}]}',
    "surrogate": b'{"content":[{"type":"text","text":"S3CRET \\ud83d"}]}',
    "nan": b'{"content":[],"structuredContent":{"S3CRET":NaN}}',
    "1e400": b'{"content":[],"structuredContent":{"S3CRET":1e400}}',
    "cut": b'{"content":[{"type":"text","text":"S3CRET',
    "deep": b'{"content":[],"structuredContent":{"S3CRET":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    "no result": b'"S3CRET"',
}


def told(words):
    return {"content": [{"type": "text", "text": str(words)}]}


def encoded(message):
    return json.dumps({"jsonrpc": "2.0", **message}).encode()


def messages_for(message, tools, era):
    """What a request is answered with: raw messages, the answer last."""
    id_, method, params = message.get("id"), message.get("method"), message.get("params") or {}
    if method == "initialize" and era == "legacy":
        result = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": SERVER}
    elif method == "server/discover" and era != "legacy":
        result = {"supportedVersions": [era], "capabilities": {"tools": {}}, "resultType": "complete"}
    elif method == "tools/list":
        result = {"tools": tools, "resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
    elif method == "tools/call":
        return called((params.get("arguments") or {}).get("q"), id_)
    else:
        return [encoded({"id": id_, "error": {"code": -32601, "message": "no such method"}})]
    return [encoded({"id": id_, "result": result})]


def called(q, id_):
    answer = encoded({"id": id_, "result": {**ROWS, "resultType": "complete"}})
    if q in ASKED:
        return [encoded({"id": f"own {q}", **ASKED[q]}), answer]
    if q == "many pings":
        return [*[encoded({"id": 7, "method": "ping"})] * 30, answer]
    if q in BROKEN:
        return [b'{"jsonrpc":"2.0","id":%d,"result":%s}' % (id_, BROKEN[q])]
    if q in {"odd", "no content"}:
        result = ODD if q == "odd" else {"content": "S3CRET"}
        return [encoded({"id": id_, "result": {**result, "resultType": "complete"}})]
    if q == "another id":
        return [encoded({"id": id_ + 1000, "result": ROWS})]
    return [answer]


class RawTorii:
    """Over HTTP, `statuses` maps sessions to what a request to them is answered with; None is as usual."""

    def __init__(self, tools, era="legacy", *, is_stream=True):
        self.tools, self.era, self.is_stream = tools, era, is_stream
        self.messages, self.sessions, self.lost, self.lock = [], 0, None, Lock()

    @property
    def calls(self):
        return [one for one in self.messages if one.get("method") == "tools/call"]

    @property
    def answers(self):
        return {one["id"]: one for one in self.messages if "method" not in one}

    @contextmanager
    def serving(self):
        """Its URL."""
        torii = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.reply(405, b"")

            def do_DELETE(self):
                self.reply(200, b"")

            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with torii.lock:
                    torii.messages.append(message)
                    lost = torii.lost and torii.lost(message, self.headers.get("mcp-session-id"))
                    torii.sessions += message.get("method") == "initialize"
                if lost:
                    status, body, *headers = lost
                    self.reply(status, body, **dict(*headers))
                elif message.get("id") is None or "method" not in message:
                    self.reply(202, b"")
                else:
                    self.answer(messages_for(message, torii.tools, torii.era), message["method"])

            def answer(self, messages, method):
                session = {"mcp-session-id": f"s{torii.sessions}"} if method == "initialize" else {}
                if method == "tools/call" and (torii.is_stream or len(messages) > 1):
                    self.reply(200, b"".join(b"data: " + one + b"\n\n" for one in messages), "text/event-stream")
                else:
                    self.reply(200, messages[-1], **session)

            def reply(self, status, body, kind="application/json", **headers):
                self.send_response(status)
                for name, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/mcp"
        finally:
            server.shutdown()
            server.server_close()


def serve_stdio(file, lock):
    tools = json.loads(Path(lock).read_text("utf-8"))["tools"]
    written = sys.stdout.buffer
    for line in sys.stdin:
        with Path(file).open("a", encoding="utf-8") as log:
            log.write(line)
        message = json.loads(line)
        if message.get("id") is None or "method" not in message:
            continue
        q = ((message.get("params") or {}).get("arguments") or {}).get("q")
        if q == "endless":
            while True:
                written.write(b"x" * 2**20)
        if q == "die":
            sys.exit()
        if q == "deaf":
            written.write(encoded({"id": message["id"], "result": told(os.getpid())}) + b"\n")
            written.flush()
            signal.pause()
        if q == "prints":
            written.write(b"DEBUG a line of the program\n\n")
        for one in messages_for(message, tools, "legacy"):
            written.write(one + b"\n")
        written.flush()


if __name__ == "__main__":
    serve_stdio(*sys.argv[1:])
