"""JSON from outside, read strictly: what two programs could read differently is an error, not a guess."""

from __future__ import annotations

import json
from typing import Any, NoReturn

MAX_RECORD_BYTES = 32 * 1024 * 1024
# Objects and arrays take far more memory than their text; a record longer than this is looked at before it is read.
_COUNTED_FROM = 4 * 1024 * 1024
MAX_PARTS = 1_000_000
# Stands where a record does not say what the arguments were. No rule accepts it, so such a read is inconclusive.
NOT_RECORDED = "(arguments not recorded)"


class UnreadableError(ValueError):
    """The text is not JSON that can be trusted; the message says why, without quoting it."""


def parse(text: str | bytes) -> Any:  # noqa: ANN401
    """One JSON value.

    Args:
        text: bytes must be UTF-8.

    Raises:
        UnreadableError: not JSON, a key twice in one object, NaN or infinity, a number too long, or nested too deep.
    """
    try:
        return DECODER.decode(text.decode("utf-8") if isinstance(text, bytes) else text)
    except UnreadableError:
        raise
    except UnicodeDecodeError as error:
        raise UnreadableError("it is not UTF-8") from error
    except RecursionError as error:
        raise UnreadableError("it is nested too deep") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(f"it is not JSON ({error.msg} at character {error.pos + 1})") from error
    except ValueError as error:
        raise UnreadableError("a number in it is too long") from error


def parse_bounded(text: bytes) -> Any:  # noqa: ANN401
    """One JSON value of a size that memory can hold; raises as `parse` does."""
    if len(text) > MAX_RECORD_BYTES:
        raise UnreadableError(f"it is longer than {MAX_RECORD_BYTES // 1024 // 1024} MiB")
    if count_parts(text) > MAX_PARTS:
        raise UnreadableError(f"it may have more than {MAX_PARTS} parts")
    return parse(text)


def count_parts(text: str | bytes, start: int = 0) -> int:
    """At most how many objects, arrays and values a long JSON text holds; commas in strings count as well.

    Text below 4 MiB is not looked at and counts as 0: it cannot fill the memory.
    """
    if len(text) - start < _COUNTED_FROM:
        return 0
    if isinstance(text, str):
        return sum(text.count(mark, start) for mark in (",", "[", "{"))
    return sum(text.count(mark, start) for mark in (b",", b"[", b"{"))


def parse_arguments(value: Any) -> Any:  # noqa: ANN401
    """The arguments of a call: a value as it is, JSON text as its value, empty text as None for none given.

    Text that cannot be read stays text, which no rule accepts as arguments.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return parse(value)
    except UnreadableError:
        return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise UnreadableError("an object in it has the same key twice")
    return built


def _constant(name: str) -> NoReturn:
    raise UnreadableError(f"{name} is not a JSON number")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
