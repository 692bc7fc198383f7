RUN = "mcp__torii__run_workflow"


def message(kind, *blocks, **more):
    return {"type": kind, "session_id": "s1", "message": {"role": kind, "content": list(blocks)}} | more


def use(name="mcp__torii__list_apps", id_="t1"):
    return {"type": "tool_use", "id": id_, "name": name, "input": {}}


def back(id_="t1", **more):
    return message("user", {"type": "tool_result", "tool_use_id": id_, "content": "[]"} | more)


def line(kind, **more):
    return {"type": kind, "session_id": "s1"} | more


def run(*lines):
    return [line("system", subtype="init"), *lines, line("result", subtype="success", num_turns=1)]


READ, ACTION = (message("assistant", use()), back()), use(RUN, "t2")
CLEAN = run(*READ)
DATA = r"[12]/message/content/0/(input|content)(/.*)?"
PLACES = {
    "first message": run(message("assistant", ACTION), *READ),
    "nested": run(*READ, line("stream_event", event={"type": "content_block_start", "content_block": ACTION})),
    "result alone": run(*READ, back("t2")),
    "call alone": run(*READ, message("assistant", ACTION)),
    "other branch": run(*READ, message("assistant", ACTION, parent_tool_use_id="t0")),
    "unknown kind": run(*READ, message("assistant", {"type": "surprise", "name": RUN})),
    "a line of an unknown kind": run(*READ, message("assistant", ACTION, type="surprise")),
    "a line of the system": run(*READ, message("assistant", ACTION, type="system", subtype="status")),
    "progress": run(*READ, line("tool_progress", tool_use_id="t2", tool_name=RUN)),
    "a summary": run(*READ, line("tool_use_summary", preceding_tool_use_ids=["t2"])),
    "the start of a message": run(
        *READ, line("stream_event", event={"type": "message_start", "message": {"content": [ACTION]}})
    ),
    "a piece of an unknown kind": run(*READ, line("stream_event", event={"type": "surprise", "block": ACTION})),
    "an error without its call": run(*READ, back("t2", is_error=True)),
    "a sub-agent without an id": run(message("assistant", use("Task", None)), *READ, back(None)),
    "after the result": [*run(*READ), message("assistant", ACTION)],
}
