def use(name, id_):
    return {"type": "mcp_server_tool_call", "id": id_, "name": name, "server_name": "torii", "arguments": {}}


def back(name, id_, **more):
    return {"type": "mcp_server_tool_result", "call_id": id_, "name": name, "result": []} | more


def interaction(*steps, **more):
    return {"id": "i", "status": "completed", "steps": list(steps)} | more


READ = (use("list_apps", "m1"), back("list_apps", "m1"))
ACTION = (use("run_workflow", "m2"), back("run_workflow", "m2"))
CLEAN = [interaction(*READ)]
DATA = r"0/steps/0/arguments"
PLACES = {
    "first message": [interaction(*ACTION, *READ)],
    "nested": [interaction(*READ, {"type": "model_output", "content": [ACTION[0]]})],
    "result alone": [interaction(*READ, ACTION[1])],
    "call alone": [interaction(*READ, ACTION[0])],
    "other branch": [interaction(*READ, input=[ACTION[0]])],
    "unknown kind": [interaction(*READ, {"type": "surprise", "name": "run_workflow"})],
    "an unknown kind of input": [interaction(*READ, input=[{"type": "surprise", "name": "run_workflow"}])],
    "a result under the id of a read": [interaction(*READ, back("run_workflow", "m1"))],
    "the outputs": [interaction(*READ, outputs=[ACTION[0]])],
    "beside the steps": [interaction(*READ, more=[*ACTION])],
    "another spelling of the steps": [interaction(*READ, Steps=[*ACTION])],
    "another spelling in a step": [interaction(*READ, ACTION[0] | {"Name": "list_apps"})],
    **{
        f"the {kind} alone": [interaction(*READ, {"type": kind, "call_id": "x", "result": "done"})]
        for kind in ("code_execution_result", "google_search_result", "retrieval_result", "function_result")
    },
}
