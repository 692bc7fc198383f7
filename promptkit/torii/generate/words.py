"""Words for invented names, read from `words.json`."""

import json
from functools import cache
from importlib.resources import files


@cache
def words(kind: str) -> tuple[str, ...]:
    """The words of one kind: first, last, tail, tail_ends or internal."""
    text = files("promptkit.torii").joinpath("words.json").read_text("utf-8")
    return tuple(json.loads(text)[kind])
