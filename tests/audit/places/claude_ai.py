def use(name, id_):
    return {"type": "tool_use", "id": id_, "name": name, "input": {}}


def back(id_):
    return {"type": "tool_result", "tool_use_id": id_, "is_error": False, "content": []}


def message(id_, *content, parent=None, sender="assistant", **more):
    return {"uuid": id_, "sender": sender, "content": list(content), "parent_message_uuid": parent} | more


def chat(*messages):
    return [[{"uuid": "k", "chat_messages": list(messages)}]]


READ, ACTION = (use("Torii:list_apps", "t1"), back("t1")), (use("Torii:run_workflow", "t2"), back("t2"))
SAID = {"type": "text", "text": "Two."}
CLEAN = chat(message("m1", *READ, SAID))
DATA = r"0/0/chat_messages/0/content/\d/(input|content)(/.*)?"
PLACES = {
    "first message": chat(message("m1", *ACTION), message("m2", *READ, SAID, parent="m1")),
    "nested": chat(message("m1", *READ, {"type": "group", "content": [*ACTION]}, SAID)),
    "result alone": chat(message("m1", *READ, back("t2"), SAID)),
    "call alone": chat(message("m1", *READ, ACTION[0], SAID)),
    "other branch": chat(
        message("m0"), message("m1", *READ, SAID, parent="m0"), message("m2", *ACTION, SAID, parent="m0")
    ),
    "unknown kind": chat(message("m1", *READ, {"type": "surprise", "name": "run_workflow"}, SAID)),
    "a message of a person": chat(message("m1", *READ, SAID), message("m2", *ACTION, sender="human")),
    "a message of an unknown sender": chat(message("m1", *READ, SAID), message("m2", *ACTION, SAID, sender="tool")),
    "beside the content": chat(message("m1", *READ, SAID, blocks=[*ACTION])),
    "a result of another kind": chat(message("m1", *READ, back("t2") | {"type": "mcp_tool_result"}, SAID)),
    "inside a result": chat(message("m1", READ[0], back("t1") | {"content": [*ACTION]}, SAID)),
    "a result of another tool": chat(message("m1", READ[0], back("t1") | {"name": "run_workflow"}, SAID)),
    "an element that is no conversation": [
        [*chat(message("m1", *READ, SAID))[0], {"uuid": "k2", "messages": [*ACTION]}]
    ],
}
