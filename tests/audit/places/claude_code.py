RUN = "mcp__torii__run_workflow"


def line(kind, *blocks, **more):
    return {"type": kind, "sessionId": "s1", "message": {"role": kind, "content": list(blocks)}} | more


def use(name="mcp__torii__list_apps", id_="t1", **more):
    return line("assistant", {"type": "tool_use", "id": id_, "name": name, "input": {}}, **more)


def back(id_="t1", **more):
    return line("user", {"type": "tool_result", "tool_use_id": id_, "content": "[]"}, **more)


def progress(**data):
    return {"type": "progress", "sessionId": "s1", "toolUseID": "t2", "data": data}


READ, ACTION = (use(), back()), use(RUN, "t2")
CLEAN = [*READ]
DATA = r"\d/message/content/\d/(input|content)(/.*)?"
PLACES = {
    "first message": [ACTION, *READ],
    "nested": [*READ, progress(type="agent_progress", message=ACTION)],
    "result alone": [*READ, back("t2")],
    "call alone": [*READ, ACTION],
    "other branch": [*READ, use(RUN, "t2", isSidechain=True)],
    "unknown kind": [*READ, line("assistant", {"type": "surprise", "name": RUN})],
    "a line of an unknown kind": [*READ, use(RUN, "t2", type="surprise")],
    "a line that is a note": [*READ, use(RUN, "t2", type="summary")],
    "a line of the system": [*READ, use(RUN, "t2", type="system", subtype="informational")],
    "progress of another kind": [*READ, progress(type="surprise", message=use(RUN, "t2", type="surprise"))],
    "progress of a tool": [*READ, progress(type="mcp_progress", serverName="torii", toolName="run_workflow")],
    "messages of progress": [*READ, progress(type="agent_progress", message={}, normalizedMessages=[ACTION])],
    "beside the message of progress": [*READ, progress(type="agent_progress", inner=ACTION)],
    "a shorter result without its call": [
        *READ,
        {"type": "content-replacement", "sessionId": "s1", "replacements": [{"toolUseId": "t2", "replacement": "x"}]},
    ],
    "a note without a session": [{"type": "summary", "message": ACTION["message"]}, *READ],
    "a line without a session": [{"type": "surprise"}, *READ],
    "a sub-agent without an id": [use("Agent", None), *READ, back(None)],
}
