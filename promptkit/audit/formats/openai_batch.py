"""The output of OpenAI's Batch API: JSON Lines, each with the answer to one request, of either of the other two APIs.

Source: the OpenAPI description of OpenAI, 2.3.0, `BatchRequestOutput`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats import openai_chat, openai_responses
from promptkit.audit.overlooked import overlooked
from promptkit.audit.reader import Value
from promptkit.text import sanitized
from promptkit.transcript import Conversation


def matches(value: Any) -> bool:  # noqa: ANN401
    """A line of output: the id of the request, and its answer or why it failed."""
    return isinstance(value, dict) and isinstance(value.get("custom_id"), str) and "response" in value


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """The conversations of each answer. A request that failed, or is not of a chat, tells nothing."""
    for location, value in records:
        if matches(value):
            yield from _answer(location, value)
        else:
            yield Conversation(location, [], [f"{location}: not a line of batch output"])


def _answer(location: str, line: Mapping[str, Any]) -> Iterator[Conversation]:
    response = line["response"] if isinstance(line["response"], dict) else {}
    body, status = response.get("body"), response.get("status_code")
    place = f"{location}/response/body"
    fitting = [reader for reader in (openai_chat, openai_responses) if reader.matches(body)]
    reader = fitting[0] if len(fitting) == 1 else None
    if line.get("error") is not None or status != 200 or reader is None:
        seen = "it holds no answer of a chat" if status == 200 else f"the request failed: {sanitized(status, 20)}"
        yield Conversation(line["custom_id"], [], [f"{location}: {seen}"])
    beside = [overlooked(line, {"response"}), overlooked(response, {"body"})]
    if key := next((key for key in beside if key is not None), None):
        yield Conversation(line["custom_id"], [], [f"{location}: {sanitized(key, 40)} may hold calls"])
    if reader:
        yield from reader.read([Value(place, body)])
