"""JSON from outside, read strictly: what two programs could read differently is an error, not a guess."""

from __future__ import annotations

import json
from typing import Any, NoReturn

MAX_DEPTH = 100
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
        return json.loads(
            text.decode("utf-8") if isinstance(text, bytes) else text,
            object_pairs_hook=_object,
            parse_constant=_constant,
        )
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
