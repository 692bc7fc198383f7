"""Results of read tools as rows, and the group of a row in an Organizational View."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from promptkit.model import Entity, OrganizationalView

Row = Mapping[str, Any]


def rows_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a list result, whatever Torii calls them; metadata has two lists, predefined and custom fields."""
    lists = [value for key, value in data.items() if isinstance(value, list) and key != "aggregations"]
    return [row for rows in lists for row in rows if isinstance(row, dict)]


def groups_of(data: Mapping[str, Any], aggs: object) -> list[dict[str, Any]]:
    """The groups of an aggregated result, or its one metric, each with the `aggs` that asked for them."""
    rows = data.get("aggregations")
    groups = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [row | {"aggs": aggs} for row in groups if isinstance(row.get("groupCount"), int) or _is_metric(aggs)]


def _is_metric(aggs: object) -> bool:
    asked = json.loads(aggs) if isinstance(aggs, str) else aggs
    return isinstance(asked, dict) and asked.get("aggregationType") == "metric"


def count_of(groups: Sequence[Mapping[str, Any]]) -> int | None:
    """How many rows the groups hold together; None for a metric, which does not say."""
    counts = [group.get("groupCount") for group in groups]
    return None if None in counts else sum(count for count in counts if isinstance(count, int))


def slices_of(view: OrganizationalView | None, entity: Entity, rows: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """The group of each row, or group of rows, in an Organizational View; None if the view is for another entity.

    Values that differ only in capital letters or spaces are one group, spelled as the view spells it, or else as most
    rows do.
    """
    if view is None or view.entity is not entity:
        return [None] * len(rows)
    aliases = {_folded(name): group for name, group in view.aliases.items()} | dict(view.aliases)
    values = [row.get("key" if "aggs" in row else view.field) for row in rows]
    texts = [" ".join(str(value).split()) if value is not None else "" for value in values]
    named = [aliases.get(text, aliases.get(_folded(text), text)) or view.unassigned for text in texts]
    counts: Counter[str] = Counter()
    for name, row in zip(named, rows, strict=True):
        counts[name] += row.get("groupCount", 1)
    # The last one of each spelling stays: the view's own, else the most frequent, else the first from A to Z.
    by_rank = sorted(counts, key=lambda name: (-counts[name], name), reverse=True)
    spelled = {_folded(name): name for name in [*by_rank, *view.aliases.values(), view.unassigned]}
    return [spelled[_folded(name)] for name in named]


def _folded(text: str) -> str:
    return text.lower()
