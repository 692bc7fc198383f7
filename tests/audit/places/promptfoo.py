from tests.audit.places import anthropic_messages, gemini, openai_chat, openai_responses

NESTED = (anthropic_messages, gemini, openai_chat, openai_responses)


def row(raw, **more):
    return {"testIdx": 0, "promptIdx": 0, "response": {"raw": raw, "cached": False} | more}


def results(*rows):
    return [{"results": {"version": 3, "results": list(rows)}}]


READ, ACTION = row(*openai_responses.CLEAN), openai_responses.response(openai_responses.ACTION)
CLEAN = results(READ)
DATA = r"0|0/results|0/results/results/0|0/results/results/0/response"
PLACES = {
    **{
        f"{place}, of {module.__name__.rpartition('.')[2]}": results(row(records))
        for module in NESTED
        for place, records in module.PLACES.items()
    },
    "first message": results(row(ACTION), READ),
    "nested": results(READ, row({"inner": ACTION})),
    "result alone": results(READ, row(openai_responses.response(openai_responses.OUTPUT))),
    "call alone": results(READ, row(openai_responses.response(openai_responses.FUNCTION))),
    "other branch": results(READ, row([*openai_responses.CLEAN, *gemini.PLACES["call alone"]])),
    "unknown kind": results(READ, row({"surprise": ACTION})),
    "an answer from a cache": results(READ, row(*openai_responses.CLEAN, cached=True)),
    "a result without an answer": results(READ, {"testIdx": 1, "promptIdx": 0, "output": "done"}),
}
