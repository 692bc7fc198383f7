"""JSON from outside, read strictly: anything that two programs could read differently is an error, not a guess."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def strict_json(text: str | bytes) -> Any:  # noqa: ANN401
    """Parse JSON that every program reads alike: bytes must be UTF-8, and no object may name a key twice.

    Raises:
        ValueError: it is not such JSON; NaN and infinity are not.
        RecursionError: it is nested too deeply.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) != len(pairs):
            raise ValueError("an object names a key twice")
        return built

    # Given bytes, json.loads would guess the encoding.
    decoded = text.decode() if isinstance(text, bytes) else text
    return json.loads(decoded, object_pairs_hook=once, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
