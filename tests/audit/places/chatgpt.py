import json

RUN = "/Torii/link_1/run_workflow"


def message(role, text="", *, name=None, to="all", metadata=None, **more):
    author = {"role": role, "name": name}
    content = {"content_type": "text", "parts": [text]}
    return {"author": author, "recipient": to, "content": content, "metadata": metadata or {}} | more


def use(path="/Torii/link_1/list_apps"):
    code = {"content_type": "code", "text": json.dumps({"path": path, "args": {}})}
    return message("assistant", to="api_tool.call_tool", content=code)


def back(path="/Torii/link_1/list_apps", role="tool", **metadata):
    return message(role, "{}", name=path, metadata={"invoked_resource": {"resource_uri": path}} | metadata)


def jit(**data):
    return {"jit_plugin_data": data}


def chat(*messages, branch=()):
    ids = ["root", *(f"n{index}" for index in range(len(messages)))]
    nodes = {"root": {"parent": None, "children": ids[1:2], "message": None}}
    for index, one in enumerate(messages):
        nodes[ids[index + 1]] = {"parent": ids[index], "children": ids[index + 2 : index + 3], "message": one}
    for index, one in enumerate(branch):
        nodes[f"b{index}"] = {"parent": "root", "children": [], "message": one}
    return [[{"conversation_id": "c", "current_node": ids[-1], "mapping": nodes}]]


SAID = message("assistant", "Two.")
READ = (use(), back(), SAID)
WORK = json.dumps({"items": [{"type": "mcpToolCall", "tool": "torii.run_workflow"}]})
CLEAN = chat(message("user", "?"), *READ)
DATA = r"0/0/mapping/n2/message/(content|metadata/invoked_resource)"
PLACES = {
    "first message": chat(use(RUN), *READ),
    "nested": chat(*READ, message("assistant", WORK)),
    "result alone": chat(*READ, back(RUN)),
    "call alone": chat(*READ, use(RUN)),
    "other branch": chat(*READ, branch=[use(RUN)]),
    "unknown kind": chat(*READ, back(RUN, **jit(from_server={"type": "surprise"}))),
    "a preview without its call": chat(*READ, message("tool", name=RUN, metadata=jit(from_server={"type": "preview"}))),
    "a result that is said to be an answer": chat(*READ, back(RUN, **jit(from_client={"type": "allow"}))),
    "a result that is said to be a question": chat(*READ, back(RUN, **jit(from_server={"type": "confirm_action"}))),
    "an answer without its call": chat(message("user", metadata=jit(from_client={"type": "allow"})), *READ),
    "a question without its call": chat(message("tool", metadata=jit(from_server={"type": "confirm_action"})), *READ),
    "a result of another role": chat(*READ, back(RUN, role="assistant")),
    "a call of another role": chat(
        *READ, message("system", '{"id": 7}', to=RUN, metadata=jit(from_client={"type": "x"}))
    ),
    "a part that is no text": chat(*READ, message("assistant", {"type": "tool_use", "name": "run_workflow"})),
    "a text beside the parts": chat(*READ, message("assistant", content={"content_type": "code", "text": WORK})),
    "a content of an unknown kind": chat(*READ, message("assistant", content={"content_type": "x", "name": RUN}), SAID),
    "a part of an unknown kind": chat(*READ, message("assistant", {"content_type": "x", "tool_name": RUN}), SAID),
    "a part of an unknown kind in a result": chat(
        use(),
        back() | {"content": {"content_type": "multimodal_text", "parts": [{"content_type": "x", "name": RUN}]}},
        SAID,
    ),
    "a message without an author": chat(*READ, message("surprise", to=RUN)),
}
