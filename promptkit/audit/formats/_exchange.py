"""One request to a provider's API and its answer -> a conversation, in whichever of the formats the bodies are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from promptkit.audit.formats import anthropic_messages, gemini, gemini_interactions, openai_chat, openai_responses
from promptkit.audit.reader import Value
from promptkit.transcript import Conversation

# What a request holds of its answer while the answer is read by itself: that there is one, and no call in it.
_ANSWERED: Mapping[ModuleType, Mapping[str, Any]] = {
    anthropic_messages: {"role": "assistant", "content": [], "stop_reason": "end_turn"},
    gemini: {"candidates": [{"finishReason": "STOP"}]},
    gemini_interactions: {"steps": [], "status": "completed"},
    openai_chat: {"choices": []},
    openai_responses: {"output": [], "status": "completed"},
}


def read_exchange(name: str, request: Value | None, answers: Sequence[Value]) -> Conversation | None:
    """What both tell, as one conversation; None where they are not of exactly one format.

    Args:
        name: what to call the conversation where the answer has no id.
        request: the body that was sent.
        answers: the body that came back, or the values of the stream that did.
    """
    bodies = [answer.value for answer in answers] or ([request.value] if request else [])
    fitting = [reader for reader in _ANSWERED if any(map(reader.matches, bodies))]
    if len(fitting) != 1:
        return None
    reader = fitting[0]
    found: list[Conversation] = []
    if request and isinstance(request.value, dict):
        answered = _ANSWERED[reader] if answers else {}
        found += reader.read([Value(request.location, {**request.value, **answered})])
    elif request:
        found.append(Conversation(name, [], [f"{request.location}: not a request of this API"]))
    found += reader.read(answers)
    return Conversation(
        found[-1].id or name,
        [call for part in found for call in part.calls],
        [gap for part in found for gap in part.gaps],
        [text for part in found for text in part.texts],
        [needed for part in found for needed in part.needs],
    )
