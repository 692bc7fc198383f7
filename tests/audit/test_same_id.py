"""Hosts and gateways that count their calls anew in each turn give several of them one id."""

import pytest

from tests.audit.formats.judged import told
from tests.audit.places import anthropic_messages, claude_ai, openai_chat, openai_responses, pydantic_ai
from tests.audit.transcripts import lines

READ = [("list_apps", "executed")]
TURNS = {
    "openai-chat": [openai_chat.history(*openai_chat.READ, *openai_chat.READ)],
    "openai-chat, side by side": [openai_chat.history(openai_chat.asks(*[openai_chat.call()] * 2), openai_chat.back())],
    "anthropic-messages": [anthropic_messages.answer(*anthropic_messages.READ, *anthropic_messages.READ)],
    "claude-ai": claude_ai.chat(claude_ai.message("m1", *claude_ai.READ, *claude_ai.READ)),
    "openai-responses": [
        openai_responses.response(*[openai_responses.FUNCTION | {"name": "list_apps"}, openai_responses.OUTPUT] * 2)
    ],
    "pydantic-ai": [*pydantic_ai.READ, *pydantic_ai.READ, pydantic_ai.SAID],
}


@pytest.mark.parametrize("name", TURNS)
def test_two_equal_calls_under_one_id_are_two(name, audited):
    assert told(audited(lines(*TURNS[name]))) == READ * 2


def test_of_two_equal_actions_under_one_id_the_one_without_a_result_is_only_asked_for(audited):
    asked = openai_chat.asks(openai_chat.call("run_workflow"))
    found = audited(lines(asked, openai_chat.back(), asked))
    assert told(found) == [("run_workflow", "executed"), ("run_workflow", "proposed")]


def test_an_item_that_a_stream_tells_of_three_times_is_one_call(audited):
    told_of = openai_responses.stream(
        {"type": "response.output_item.added", "item": openai_responses.FUNCTION | {"id": "other"}},
        {"type": "response.output_item.done", "item": openai_responses.FUNCTION},
        last=[openai_responses.READ, openai_responses.FUNCTION],
    )
    assert told(audited(lines(*told_of))) == [*READ, ("run_workflow", "proposed")]
