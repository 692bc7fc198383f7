"""How much of a transcript is read at once, and what its calls were called with."""

from __future__ import annotations

from typing import Any

from promptkit.json_strict import UnreadableError, strict_json

MAX_RECORD_BYTES = 32 * 1024 * 1024
# Objects and arrays take far more memory than their text; a record longer than this is looked at before it is read.
_COUNTED_FROM = 4 * 1024 * 1024
MAX_PARTS = 1_000_000
# Stands where a record does not say what the arguments were. No rule accepts it, so such a read is inconclusive.
NOT_RECORDED = "(arguments not recorded)"


def parse_bounded(text: bytes) -> Any:  # noqa: ANN401
    """One JSON value of a size that memory can hold.

    Raises:
        UnreadableError: it is larger, or not JSON that can be trusted.
    """
    if len(text) > MAX_RECORD_BYTES:
        raise UnreadableError(f"it is longer than {MAX_RECORD_BYTES // 1024 // 1024} MiB")
    if count_parts(text) > MAX_PARTS:
        raise UnreadableError(f"it may have more than {MAX_PARTS} parts")
    return strict_json(text)


def count_parts(text: bytes) -> int:
    """At most how many objects, arrays and values a long JSON text holds; commas in strings count as well.

    Text below 4 MiB is not looked at and counts as 0: it cannot fill the memory.
    """
    return sum(map(text.count, (b",", b"[", b"{"))) if len(text) >= _COUNTED_FROM else 0


def parse_arguments(value: Any) -> Any:  # noqa: ANN401
    """The arguments of a call: a value as it is, JSON text as its value, empty text as None for none given.

    Text that cannot be read stays text, which no rule accepts as arguments.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return strict_json(value)
    except UnreadableError:
        return value
