from tests.audit.places import langchain


def run(kind="chain", id_="r0", inputs=None, outputs=None, **more):
    return {
        "id": id_,
        "trace_id": "r0",
        "run_type": kind,
        "name": kind,
        "inputs": inputs or {},
        "outputs": outputs or {},
        "start_time": "2026-11-01T10:00:00Z",
        "end_time": "2026-11-01T10:00:09Z",
    } | more


def tool(name="list_apps", id_="r1", call_id="t1", **more):
    return run("tool", id_, {}, {"output": langchain.back(name, call_id)}, name=name, parent_run_id="r0") | more


def model(*messages, id_="r2", answer=langchain.SAID):
    return run(
        "llm", id_, {"messages": [list(messages)]}, {"generations": [[{"text": "", "message": answer}]]},
        parent_run_id="r0",
    )  # fmt: skip


ROOT = run(inputs={"messages": [langchain.ASKED]}, outputs={"messages": langchain.CLEAN})
ASK = model(langchain.ASKED, answer=langchain.READ[0])
CLEAN = [ROOT, ASK, tool(), model(*langchain.CLEAN, id_="r3")]
PLACES = {
    "first message": [tool("run_workflow", "r9", "t9"), *CLEAN],
    "nested": [*CLEAN, run(id_="r5", child_runs=[run(id_="r6", child_runs=[tool("run_workflow", "r7", "t9")])])],
    "result alone": [*CLEAN, run(id_="r5", outputs={"x": {"y": [langchain.ACTION[1]]}})],
    "call alone": [*CLEAN, run(id_="r5", outputs={"x": {"y": [langchain.ACTION[0]]}})],
    "other branch": [*CLEAN, tool("run_workflow", "r9", "t9", trace_id="other")],
    "unknown kind": [*CLEAN, run("surprise", "r5", outputs={"x": {"type": "tool_call", "name": "run_workflow"}})],
    "a call of another kind": [*CLEAN, run(id_="r5", outputs={"choices": [{"message": langchain.raw()}]})],
    "a run that is missing": [*CLEAN, run(id_="r5", child_run_ids=["r6"])],
    "a run above that is missing": CLEAN[1:],
    "a run that has not ended": [*CLEAN, run(id_="r5", end_time=None)],
    "beside the outputs": [*CLEAN, run(id_="r5", more=langchain.raw())],
    "a record that is no run": [*CLEAN, {"kind": "surprise", **langchain.raw()}],
    "a tool without its name": [*CLEAN, tool(None, "r9", "t9")],
}
