def call(name="list_apps", id_="k1", **more):
    return {"type": "function_call", "id": id_, "call_id": id_, "name": name, "arguments": "{}"} | more


def back(id_="k1"):
    return {"type": "function_call_output", "id": f"{id_}o", "call_id": id_, "output": [], "status": "completed"}


def said(text="Two."):
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def answer(*output, **more):
    return {"role": "assistant", "content": "Two.", "done": True, "output": list(output)} | more


def chat(*messages, more=None, **beside):
    ids = [f"m{index}" for index in range(len(messages))]
    tree = {
        id_: {"id": id_, "parentId": ids[index - 1] if index else None, "childrenIds": ids[index + 1 : index + 2]} | one
        for index, (id_, one) in enumerate(zip(ids, messages, strict=True))
    }
    history = {"currentId": ids[-1], "messages": tree | (more or {})}
    return [[{"id": "c1", "title": "t", "chat": {"title": "t", "history": history} | beside}]]


def drawn(name="run_workflow", **attributes):
    given = {"type": "tool_calls", "done": "true", "id": "k2", "name": name, "arguments": "&quot;{}&quot;"} | attributes
    return "<details" + "".join(f' {key}="{value}"' for key, value in given.items()) + ">\n</details>\nTwo."


def source(name="torii/run_workflow", **more):
    return {
        "source": {"name": name},
        "document": ["done"],
        "metadata": [{"parameters": {}}],
        "tool_result": True,
    } | more


ASKED = {"role": "user", "content": "?"}
READ, ACTION = (call(), back()), (call("run_workflow", "k2"), back("k2"))
CLEAN = chat(ASKED, answer(*READ, said()))
PLACES = {
    "first message": chat(answer(*ACTION), answer(*READ, said())),
    "nested": chat(answer(*READ, said() | {"inner": [*ACTION]})),
    "result alone": chat(answer(*READ, back("k2"), said())),
    "call alone": chat(answer(*READ, ACTION[0], said())),
    "other branch": chat(answer(*READ, said()), more={"x": answer(*ACTION, said(), parentId="m0")}),
    "unknown kind": chat(answer(*READ, {"type": "surprise", "name": "run_workflow"}, said())),
    "a message of a person": chat(ASKED | {"output": [*ACTION]}, answer(*READ, said())),
    "a message of an unknown role": chat(answer(*READ, said()), {"role": "tool", "output": [*ACTION]}),
    "a copy of the branch": chat(answer(*READ, said()), messages=[answer(*ACTION, id="m9")]),
    "a copy of a message": chat(answer(*READ, said()), messages=[answer(*ACTION, id="m0")]),
    "beside the output": chat(answer(*READ, said(), more=[*ACTION])),
    "beside the messages": chat(answer(*READ, said()), more={}, files=[*ACTION]),
    "drawn into the text": chat(answer(*READ, said(), content=drawn())),
    "drawn into the text, cut off": chat(answer(*READ, said(), content=drawn()[:40])),
    "drawn into the text in another spelling": chat(
        answer(*READ, said(), content=drawn().replace("details", "DETAILS").replace("type", "TYPE"))
    ),
    "code that was drawn into the text": chat(answer(*READ, said(), content=drawn(type="code_interpreter"))),
    "a source": chat(answer(*READ, said(), sources=[source()])),
    "a source without its name": chat(answer(*READ, said(), sources=[source(source=None)])),
    "a message that is missing": chat(answer(*READ, said(), childrenIds=["x"])),
    "code": chat(answer(*READ, {"type": "open_webui:code_interpreter", "id": "x", "code": "run()"}, said())),
}
