"""A client without an SDK: what it prints is the JSON that came. It works as python_sdk.py does."""

import itertools
import json
import shlex
import subprocess
import sys
import urllib.request

IDS = itertools.count(1)
VERSION = "2025-06-18"


class Stdio:
    def __init__(self, command):
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        return map(json.loads, self.process.stdout) if "id" in message else ()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Http:
    def __init__(self, url):
        self.url = url
        self.headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}

    def send(self, message):
        request = urllib.request.Request(self.url, json.dumps(message).encode(), self.headers)  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            if session := answer.headers.get("Mcp-Session-Id"):
                self.headers |= {"Mcp-Session-Id": session, "Mcp-Protocol-Version": VERSION}
            if "id" not in message:
                return []
            if answer.headers.get_content_type() == "application/json":
                return [json.load(answer)]
            events = (line.removeprefix(b"data:") for line in answer if line.startswith(b"data:"))
            return [json.loads(event) for event in events if event.strip()]

    def close(self):
        pass


def ask(connection, method, params):
    request = {"jsonrpc": "2.0", "id": next(IDS), "method": method, "params": params}
    for message in connection.send(request):
        if message.get("id") == request["id"] and "method" not in message:
            return message.get("result", {"error": message.get("error")})
        if "id" in message:  # The server asks this client, which can do nothing.
            refusal = {"code": -32601, "message": "this client cannot do that"}
            connection.send({"jsonrpc": "2.0", "id": message["id"], "error": refusal})
    raise EOFError(f"no answer to {method}")


def listed(connection):
    tools, params = [], {}
    while True:
        page = ask(connection, "tools/list", params)
        tools += page["tools"]
        if not page.get("nextCursor"):
            return tools
        params = {"cursor": page["nextCursor"]}


def main():
    target, calls = sys.argv[1], json.loads(sys.argv[2])
    connection = Http(target) if target.startswith("http://") else Stdio(target)
    about = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    ask(connection, "initialize", about)
    connection.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    for _ in sys.stdin:
        tools = listed(connection)
        results = [ask(connection, "tools/call", {"name": name, "arguments": given}) for name, given in calls]
        print(json.dumps({"tools": tools, "results": results}), flush=True)
    connection.close()


main()
