"""Results of promptfoo: what each answer called, from the provider's raw answer and never from the flattened text.

Source: promptfoo's types of 2026, `EvaluateSummary` and `EvaluateResult`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats import anthropic_messages, gemini, gemini_interactions, openai_chat, openai_responses
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import parse_bounded
from promptkit.json_strict import UnreadableError
from promptkit.text import sanitized
from promptkit.transcript import Conversation

ABOUT = FormatAbout(
    host="promptfoo",
    get="Run `promptfoo eval --output results.json`, with providers that keep their raw answers.",
    shows="The calls in the raw answer of each test.",
    lacks="Calls of providers that keep only text, and what came of answers from the cache.",
)

_RAW_READERS = (openai_responses, openai_chat, anthropic_messages, gemini, gemini_interactions)


def matches(value: Any) -> bool:  # noqa: ANN401
    """A file of results, or one result."""
    return isinstance(value, dict) and (_rows(value) is not None or ("testIdx" in value and "promptIdx" in value))


def _rows(value: Mapping[str, Any]) -> list[Any] | None:
    results = value.get("results")
    rows = results.get("results") if isinstance(results, dict) else None
    return rows if isinstance(rows, list) else None


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each result."""
    for location, value in records:
        if not matches(value):
            yield Conversation(location, [], [f"{location}: not a promptfoo result"])
        elif (rows := _rows(value)) is None:
            yield _result(location, value)
        else:
            yield from (_result(f"{location}/results/results/{index}", row) for index, row in enumerate(rows))


def _result(location: str, row: Any) -> Conversation:  # noqa: ANN401
    if not isinstance(row, dict) or not isinstance(row.get("response"), dict):
        return Conversation(location, [], [f"{location}: a result without a response"])
    response = row["response"]
    gaps = []
    if response.get("cached", False) is not False:
        gaps.append(f"{location}: the answer is from a cache, so it shows nothing of this run")
    if response.get("error") is not None:
        gaps.append(f"{location}: the provider reported an error")
    read = _read_raw(response.get("raw"), f"{location}/response/raw")
    name = f"test {sanitized(row.get('testIdx'), 20)}, prompt {sanitized(row.get('promptIdx'), 20)}"
    return Conversation(
        name,
        [call for conversation in read for call in conversation.calls],
        gaps + [gap for conversation in read for gap in conversation.gaps],
        [text for conversation in read for text in conversation.texts],
        [needed for conversation in read for needed in conversation.needs],
    )


def _read_raw(raw: Any, location: str) -> list[Conversation]:  # noqa: ANN401
    if isinstance(raw, str):
        try:
            raw = parse_bounded(raw.encode("utf-8", "surrogatepass"))
        except UnreadableError as error:
            return [Conversation("", [], [f"{location}: {error}"])]
    values = raw if isinstance(raw, list) else [raw]
    fitting = [reader for reader in _RAW_READERS if any(reader.matches(value) for value in values)]
    if len(fitting) != 1:
        return [Conversation("", [], [f"{location}: the provider's own answer is not there in a format we know"])]
    places = [f"{location}/{index}" for index in range(len(values))] if isinstance(raw, list) else [location]
    return list(fitting[0].read([Value(*pair) for pair in zip(places, values, strict=True)]))
