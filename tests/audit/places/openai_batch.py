from tests.audit.places import openai_chat, openai_responses


def line(body, **more):
    return {"id": "b", "custom_id": "q", "response": {"status_code": 200, "body": body}, "error": None} | more


CLEAN = [line(openai_responses.response(openai_responses.READ))]
CHAT = openai_chat.completion(openai_chat.asks(openai_chat.call()))
ACTION = openai_responses.ACTION
PLACES = {
    **{f"{place}, of responses": [*map(line, records)] for place, records in openai_responses.PLACES.items()},
    **{f"{place}, of chats": [*map(line, records)] for place, records in openai_chat.PLACES.items()},
    "first message": [line(openai_responses.response(ACTION)), *CLEAN],
    "nested": [*CLEAN, line({"inner": openai_responses.response(ACTION)})],
    "result alone": [*CLEAN, line(openai_responses.response(openai_responses.OUTPUT))],
    "call alone": [*CLEAN, line(openai_responses.response(openai_responses.FUNCTION))],
    "other branch": [line(CHAT | openai_responses.response(ACTION))],
    "unknown kind": [*CLEAN, line(openai_responses.response({"type": "surprise", "id": "x"}))],
    "a request that failed": [*CLEAN, line(None, error={"code": "x"})],
    "a line that is none": [*CLEAN, openai_responses.response(ACTION)],
}
