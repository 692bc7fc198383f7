READ = {"type": "mcp_call", "id": "m1", "server_label": "torii", "name": "list_apps", "arguments": "{}", "output": "[]",
        "status": "completed"}  # fmt: skip
ACTION = READ | {"id": "m2", "name": "run_workflow"}
FUNCTION = {"type": "function_call", "id": "f", "call_id": "c1", "name": "run_workflow", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "done"}


def response(*output, **more):
    return {"id": "r", "object": "response", "status": "completed", "output": list(output)} | more


def said(*parts, **more):
    return {"type": "message", "role": "assistant", "content": list(parts)} | more


def stream(*events, first=(), last=(READ,)):
    yield {"type": "response.created", "sequence_number": 0, "response": response(*first, status="in_progress")}
    yield {"type": "response.output_item.done", "output_index": 0, "item": READ}
    yield from events
    yield {"type": "response.completed", "response": response(*last)}


CLEAN = [response(READ)]
PLACES = {
    "first message": [*stream(first=[ACTION])],
    "nested": [response(READ, said(ACTION))],
    "result alone": [response(READ, OUTPUT)],
    "call alone": [response(READ, FUNCTION)],
    "other branch": [response(READ, input=[ACTION])],
    "unknown kind": [response(READ, {"type": "surprise", "id": "x", "name": "run_workflow"})],
    "the instructions": [response(READ, instructions=[ACTION])],
    "beside the output": [response(READ, more=[ACTION])],
    "beside the content": [response(READ, said(more=[ACTION]))],
    "a response in progress": [*stream({"type": "response.in_progress", "response": response(ACTION)})],
    "an event of an item that is missing": [*stream({"type": "response.mcp_call.completed", "item_id": "m2"})],
    "the arguments of an item that is missing": [
        *stream({"type": "response.mcp_call_arguments.done", "item_id": "m2", "arguments": "{}"})
    ],
    "an event of an unknown kind": [*stream({"type": "response.surprise", "call": ACTION})],
    "an item of a stream": [*stream({"type": "response.output_item.added", "item": ACTION})],
    "an item that is a list": [*stream({"type": "response.output_item.added", "item": [ACTION]})],
    "only the end of a stream": [*stream(last=[READ, ACTION])],
    **{
        f"the {kind} alone": [response(READ, {"type": kind, "id": "o", "call_id": "x", "output": "done"})]
        for kind in (
            "program_output", "shell_call_output", "local_shell_call_output", "apply_patch_call_output",
            "computer_call_output", "custom_tool_call_output",
        )
    },
    "an approval alone": [
        response(READ, {"type": "mcp_approval_response", "approval_request_id": "q", "approve": True})
    ],
}  # fmt: skip
