"""JSON from outside, read strictly: anything that two programs could read differently is an error, not a guess."""

from __future__ import annotations

import json
from math import isinf
from typing import Any, NoReturn

MAX_DEPTH = 200
"""So many lists and objects within one another are read. How deep an interpreter itself goes differs by version, and
what looks into a value may need more of it than what parsed it."""


class UnreadableError(ValueError):
    """The text is not JSON that can be trusted; the message says why, without quoting it."""


def strict_json(text: str | bytes) -> Any:  # noqa: ANN401
    """Parse one JSON value that every program reads alike.

    Args:
        text: bytes must be UTF-8.

    Raises:
        UnreadableError: not JSON, the same key twice in one object, NaN, infinity, a number too long or too large, or
            nested too deep.
    """
    try:
        plain = text.decode("utf-8") if isinstance(text, bytes) else text
        value = _DECODER.decode(plain)
        # Most texts have too few brackets to be deep, which is told faster.
        if plain.count("[") + plain.count("{") > MAX_DEPTH and is_deeper(value, MAX_DEPTH):
            raise UnreadableError("it is nested too deep")
        return value
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


def is_deeper(value: Any, levels: int) -> bool:  # noqa: ANN401
    """Whether a JSON value has more lists and objects within one another than so many."""
    layer = [value]
    for _ in range(levels + 1):
        layer = [one for one in layer if isinstance(one, dict | list)]
        if not layer:
            return False
        layer = [inner for one in layer for inner in (one.values() if isinstance(one, dict) else one)]
    return True


def sendable_json(text: str | bytes) -> Any:  # noqa: ANN401
    """Parse one JSON value as `strict_json` does, for a message that is sent as it was decided.

    Raises:
        UnreadableError: it is unreadable, or holds half of a character, which no UTF-8 can carry.
    """
    value = strict_json(text)
    if (b"\\u" if isinstance(text, bytes) else "\\u") in text:  # type: ignore[operator]
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise UnreadableError("it holds half of a character") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise UnreadableError("an object in it has the same key twice")
    return built


def _float(text: str) -> float:
    # Some programs read 1e400 as infinity, others as a number of their own, others not at all.
    number = float(text)
    if isinf(number):
        raise UnreadableError("a number in it is too large")
    return number


def _constant(name: str) -> NoReturn:
    raise UnreadableError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)
