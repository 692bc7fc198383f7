"""Results of read tools as rows, and the group of a row in an Organizational View."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from promptkit.model import Entity, OrganizationalView


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


def slice_of(view: OrganizationalView | None, entity: Entity, row: Mapping[str, Any]) -> str | None:
    """The group of a row, or of a group of rows, in an Organizational View; None if the view is for another entity."""
    if view is None or view.entity is not entity:
        return None
    value = row.get("key" if "aggs" in row else view.field)
    text = " ".join(str(value).split()) if value is not None else ""
    return view.aliases.get(str(value), view.aliases.get(text, text)) or view.unassigned
