import json


def use(name, id_, kind="mcp_tool_use"):
    return {"type": kind, "id": id_, "name": name, "server_name": "torii", "input": {}}


def back(id_, kind="mcp_tool_result"):
    return {"type": kind, "tool_use_id": id_, "is_error": False, "content": []}


def answer(*content, **more):
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": list(content),
        "stop_reason": "end_turn",
    } | more


def stream(*blocks, first=(), indexes=None):
    yield {"type": "message_start", "message": answer(*first, stop_reason=None)}
    for index, block in enumerate(blocks):
        yield {"type": "content_block_start", "index": indexes or index, "content_block": block}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    yield {"type": "message_stop"}


READ, ACTION = (use("list_apps", "m1"), back("m1")), (use("run_workflow", "m2"), back("m2"))
CLEAN = [answer(*READ)]
DATA = r"0/content/\d/(input|content)(/.*)?"
ASKED = {"role": "assistant", "content": [use("list_apps", "t1", "tool_use")]}
REQUEST = {
    "messages": [{"role": "user", "content": "?"}, ASKED, {"role": "user", "content": [back("t1", "tool_result")]}]
}
WHOLE = {"messages": [*REQUEST["messages"], {"role": "assistant", "content": "Two."}]}
STREAM = [*stream(*READ)]
PLACES = {
    "first message": [*stream(*READ, first=ACTION)],
    "nested": [WHOLE | {"response": answer(*ACTION)}],
    "result alone": [answer(*READ, back("m2"))],
    "call alone": [answer(*READ, ACTION[0])],
    "other branch": [*stream(ACTION[0], *READ, indexes=7)],
    "unknown kind": [answer(*READ, {"type": "surprise", "name": "run_workflow"})],
    "beside the messages": [WHOLE | answer(*ACTION)],
    "the text of a block": [answer(*READ, {"type": "text", "text": ACTION[0]})],
    "a piece of an unknown kind": [
        *[*stream(*READ)][:-2],
        {"type": "content_block_delta", "index": 9, "delta": {"type": "surprise", "text": json.dumps(ACTION)}},
        *[*stream(*READ)][-2:],
    ],
    "the end of a block": [
        *STREAM[:-2],
        {"type": "content_block_stop", "index": 1, "content_block": ACTION[0]},
        *STREAM[-2:],
    ],
    "the end of a message": [*STREAM[:-1], {"type": "message_stop", "message": answer(*READ, *ACTION)}],
    "only the end of a message": [*STREAM, {"type": "message_stop", "message": answer(*ACTION)}],
    "a change of a message": [
        *STREAM[:-2],
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "content": [*ACTION]}},
        STREAM[-1],
    ],
    "a message inside a change": [
        *STREAM[:-2],
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "message": answer(*ACTION)},
        STREAM[-1],
    ],
    "a ping": [*STREAM, {"type": "ping", "content_block": ACTION[0]}],
    "a piece of a text": [
        *STREAM[:-2],
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": [ACTION[0]]}},
        *STREAM[-2:],
    ],
    "beside a text": [answer(*READ, {"type": "text", "text": "Two.", "call": ACTION[0]})],
    "an event of an unknown kind": [*[*stream(*READ)][:-2], {"type": "surprise", "content_block": ACTION[0]}],
}
