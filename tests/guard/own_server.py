"""A small server over stdio that is not Torii's: `python own_server.py FILE`, where FILE counts the calls it takes.

It lists a read with `$defs`, and an action; what it answers holds its environment and its arguments.
"""

import json
import os
import sys
from pathlib import Path

TOOLS = [
    {
        "name": "list_notes",
        "description": "Lists notes.",
        "inputSchema": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {"filter": {"$ref": "#/definitions/filter"}},
            "definitions": {"filter": {"type": "object", "properties": {"text": {"type": "string"}}}},
        },
    },
    {"name": "delete_note", "description": "Deletes a note.", "inputSchema": {"type": "object"}},
]


def answer(message, file):
    if message["method"] == "initialize":
        capabilities = {"tools": {}}
        info = {"name": "notes", "version": "1"}
        return {"protocolVersion": "2025-06-18", "capabilities": capabilities, "serverInfo": info}
    if message["method"] == "tools/list":
        return {"tools": TOOLS}
    if message["method"] == "tools/call":
        with Path(file).open("a", encoding="utf-8") as calls:
            print(message["params"]["name"], file=calls)
        text = json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ)})
        return {"content": [{"type": "text", "text": text}]}
    return None


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        if "id" in asked:
            result = answer(asked, sys.argv[1])
            said = {"result": result} if result is not None else {"error": {"code": -32601, "message": "no"}}
            print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **said}), flush=True)
