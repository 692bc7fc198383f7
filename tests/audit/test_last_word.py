"""A chat in which a person speaks last is judged by its calls: whether an answer came shows nothing about them."""

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.places import (
    anthropic_messages,
    claude_managed_agents,
    gemini,
    openai_chat,
    openai_responses,
    pydantic_ai,
)
from tests.audit.transcripts import lines

THANKS = {"role": "user", "content": "Thanks, bye"}
ITEM = {"type": "message", "role": "user", "content": "Thanks, bye"}
PART = {"part_kind": "user-prompt", "content": "Thanks, bye"}
EVENT = {"type": "user.message", "id": "e9", "content": "Thanks, bye"}
CHATS = {
    "openai-chat": [{"messages": [*openai_chat.READ, openai_chat.SAID, THANKS]}],
    "openai-chat, a message a line": [*openai_chat.READ, openai_chat.SAID, THANKS],
    "anthropic-messages": [{"messages": [*anthropic_messages.WHOLE["messages"], THANKS]}],
    "claude-managed-agents": [*claude_managed_agents.CLEAN, EVENT],
    "gemini": [[*gemini.READ, gemini.model(gemini.SAID), gemini.user({"text": "Thanks, bye"})]],
    "openai-responses": [[openai_responses.READ, openai_responses.said(), ITEM]],
    "openai-responses, a list": [
        {"object": "list", "data": [openai_responses.READ, openai_responses.said(), ITEM], "has_more": False}
    ],
    "pydantic-ai": [*pydantic_ai.CLEAN, pydantic_ai.request(PART)],
}
UNANSWERED = {
    "openai-chat": [{"messages": [*openai_chat.READ, THANKS]}],
    "anthropic-messages": [{"messages": [*anthropic_messages.REQUEST["messages"], THANKS]}],
    "gemini": [[*gemini.READ, gemini.user({"text": "Thanks, bye"})]],
    "openai-responses": [[openai_responses.READ, ITEM]],
    "pydantic-ai": [*pydantic_ai.READ, pydantic_ai.request(PART)],
}


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_in_which_a_person_speaks_last_is_judged_by_its_calls(name, audited):
    assert audited(lines(*CHATS[name])).verdict is Verdict.CLEAN


@pytest.mark.parametrize("name", UNANSWERED)
def test_a_chat_that_ends_before_the_model_has_answered_a_result_is_cut_off(name, audited):
    found = audited(lines(*UNANSWERED[name]))
    assert [result.reason for result in found.results] == ["it ends before the model has answered"]
