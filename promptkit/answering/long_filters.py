"""A filter by more ids than one call can carry, as several calls."""

from __future__ import annotations

import json
from collections.abc import Iterator

from promptkit.answering.rows import Row

MAX_FILTER_CHARACTERS = 8000
"""As many as the reviewed tools allow in `filters`."""
MAX_IDS = 500
# A row has one of each, so that no row answers to two of the calls.
_IDS = ("id", "idApp")


def split_by_ids(key: Row) -> Iterator[Row]:
    """The arguments of a call as those of several, if its `filters` are too long and name ids; else as they are.

    The rows of all of them together are those of the one call, in another order.
    """
    text = key.get("filters")
    is_long = isinstance(text, str) and len(text) > MAX_FILTER_CHARACTERS
    filters = json.loads(text) if isinstance(text, str) and is_long else []
    place = next((place for place, one in enumerate(filters) if one["op"] == "anyOf" and one["key"] in _IDS), None)
    if place is None:
        yield key
        return
    ids = list(dict.fromkeys(filters[place]["value"]))
    for start in range(0, len(ids), MAX_IDS):
        filters[place] = filters[place] | {"value": ids[start : start + MAX_IDS]}
        yield {**key, "filters": json.dumps(filters)}
