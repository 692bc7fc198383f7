def request(name="torii__list_apps", id_="t1", kind="toolRequest", **more):
    return {"type": kind, "id": id_, "toolCall": {"status": "success", "value": {"name": name, "arguments": {}}}} | more


def response(id_="t1", **more):
    return {"type": "toolResponse", "id": id_, "toolResult": {"status": "success", "value": {"content": []}} | more}


def confirmation(name="torii__run_workflow", id_="t2"):
    return {"actionType": "toolConfirmation", "id": id_, "toolName": name, "arguments": {}}


def message(role, *content, **more):
    return {"role": role, "created": 1793000000, "content": list(content)} | more


ASKED = message("user", {"type": "text", "text": "?"})
TEXT = {"type": "text", "text": "Two."}
SAID = message("assistant", TEXT)
READ = (message("assistant", request()), message("user", response()))
RUN = request("torii__run_workflow", "t2")
ACTION = (message("assistant", RUN), message("user", response("t2")))
CLEAN = [ASKED, *READ, SAID]
DATA = r"2/content/0/toolResult/value"
PLACES = {
    "first message": [*ACTION, *READ, SAID],
    "nested": [*READ, message("assistant", TEXT | {"inner": [{"toolCallId": "t2"}]})],
    "result alone": [*READ, ACTION[1], SAID],
    "call alone": [*READ, ACTION[0], SAID],
    "other branch": [{"id": "s1", "conversation": [*READ, SAID]}, {"id": "s2", "conversation": [*ACTION, SAID]}],
    "unknown kind": [*READ, message("assistant", {"type": "surprise", "toolCall": RUN["toolCall"]}), SAID],
    "a message of a person": [*READ, message("user", RUN), SAID],
    "a message of an unknown role": [*READ, message("tool", RUN), SAID],
    "a call of the window": [
        *READ, message("assistant", request("torii__run_workflow", "t2", "frontendToolRequest")), SAID
    ],
    "an event": [*READ, SAID, {"type": "message", "message": ACTION[0]}],
    "an event of an unknown kind": [*READ, SAID, {"type": "surprise", "message": ACTION[0]}],
    "a question without its call": [
        *READ, message("assistant", {"type": "actionRequired", "data": confirmation()}), SAID
    ],
    "a question of a server": [
        *READ, message("assistant", {"type": "actionRequired", "data": {"actionType": "elicitation", "id": "e"}}), SAID
    ],
    "a call that cannot be read": [*READ, message("assistant", RUN | {"toolCall": {"status": "error"}}), SAID],
    "beside the messages": [{"id": "s1", "conversation": [*READ, SAID], "more": [{"toolCallId": "t2"}]}],
    "messages that are missing": [{"id": "s1", "conversation": [*READ, SAID], "message_count": 9}],
    "a note of the host": [
        *READ, message("assistant", TEXT | {"type": "systemNotification", "data": {"toolCall": RUN["toolCall"]}}), SAID
    ],
    "beside the content": [*READ, SAID | {"metadata": {"toolCallId": "t2"}}],
    "two lists": [{"conversation": [*READ, SAID], "messages": [*ACTION]}],
}  # fmt: skip
