def use(name="list_apps", id_="t1", **more):
    given = {"server_name": "torii", "tool_name": name, "arguments": "{}"}
    return {"type": "tool_use", "id": id_, "name": "use_mcp_tool", "input": given} | more


def back(id_="t1"):
    return {"type": "tool_result", "tool_use_id": id_, "content": "[]"}


def text(said):
    return {"type": "text", "text": said}


def tagged(name="run_workflow", arguments="{}"):
    inner = f"<server_name>torii</server_name>\n<tool_name>{name}</tool_name>\n<arguments>\n{arguments}\n</arguments>"
    return text(f"Now.\n\n<use_mcp_tool>\n{inner}\n</use_mcp_tool>")


def message(role, *content, **more):
    return {"role": role, "content": list(content), "ts": 1793000000000} | more


ASKED, SAID = message("user", text("?")), message("assistant", text("Two."))
READ = (message("assistant", use()), message("user", back()))
ACTION = (message("assistant", use("run_workflow", "t2")), message("user", back("t2")))
RESULT = message("user", text("[use_mcp_tool for 'torii'] Result:"), text("done"))
CLEAN = [ASKED, *READ, SAID]
PLACES = {
    "first message": [*ACTION, *READ, SAID],
    "nested": [*READ, message("assistant", {"type": "group", "content": [use("run_workflow")]}), SAID],
    "result alone": [*READ, ACTION[1], SAID],
    "call alone": [*READ, ACTION[0], SAID],
    "other branch": [*READ, SAID, *ACTION],
    "unknown kind": [*READ, message("assistant", {"type": "surprise", "name": "run_workflow"}), SAID],
    "a message of a person": [*READ, message("user", use("run_workflow", "t2")), SAID],
    "a message of an unknown role": [*READ, message("tool", use("run_workflow", "t2")), SAID],
    "the tags of a text": [*READ, message("assistant", tagged()), SAID],
    "the tags of a text, cut off": [*READ, message("assistant", text(tagged()["text"][:60])), SAID],
    "a result of a text without its call": [*READ, RESULT, SAID],
    "a result of a text of another tool": [*READ, message("user", text("[execute_command for 'ls'] Result:")), SAID],
    "another tool in the tags of a text": [
        *READ,
        message("assistant", text("Now.\n<execute_command>\n<command>ls</command>\n</execute_command>")),
    ],
    "beside a call that only speaks": [
        *READ,
        message("assistant", use(name="x", id_="t3") | {"name": "attempt_completion", "more": [use()]}),
        SAID,
    ],
    "another tool of the host": [
        *READ,
        message("assistant", use(name="x", id_="t3") | {"name": "execute_command"}),
        SAID,
    ],
    "beside the content": [*READ, SAID | {"more": [use("run_workflow")]}],
}
