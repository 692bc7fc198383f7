"""JSON from outside, read strictly: what two programs could read differently is an error, not a guess."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


def strict_json(text: str | bytes) -> Any:  # noqa: ANN401
    """Parse JSON that every reader reads alike: bytes are UTF-8 and nothing else, and no object names a key twice.

    Raises:
        ValueError: not such JSON, which has no NaN, no infinity, no number beyond a double, and no half of a character.
        RecursionError: nested too deeply.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) != len(pairs):
            raise ValueError("an object names a key twice")
        return built

    # Given bytes, json.loads would guess the encoding.
    told = text.decode() if isinstance(text, bytes) else text
    value = json.loads(told, object_pairs_hook=once, parse_constant=_no_number, parse_float=_finite)
    if "\\u" in told:
        json.dumps(value, ensure_ascii=False).encode()  # Fails at half of a surrogate pair.
    return value


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name[:20]} is not a JSON number")
