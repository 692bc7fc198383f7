"""The API's aggregations as SQL: metrics, groups, date histograms and date ranges, nested, 100 buckets each."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from promptkit.text import sanitized
from promptkit.torii.api_error import some_of, unknown, unprocessable
from promptkit.torii.filters import Clause
from promptkit.torii.listing import ApiField

MAX_BUCKETS = 100
MAX_LEVELS = 4
_TYPES = ("metric", "groupBy", "date_range", "date_histogram")
_FUNCTIONS = {"sum": "sum", "avg": "avg", "max": "max", "min": "min", "total": "count"}
_PERIODS = {
    "weekly": "date({0}, '-6 days', 'weekday 1')",
    "monthly": "date({0}, 'start of month')",
    "quarterly": "date({0}, 'start of month', '-' || ((strftime('%m', {0}) - 1) % 3) || ' months')",
    "yearly": "date({0}, 'start of year')",
}

Path = tuple[Any, ...]


@dataclass(frozen=True)
class _Level:
    """One aggregation. `key` is SQL for its bucket, empty for a metric, which has none; `value`, for its figure."""

    name: str
    key: str
    value: str
    sort: str
    options: Mapping[str, Any]
    ranges: tuple[Mapping[str, Any], ...] = ()


def aggregate(
    tenant: sqlite3.Connection,
    source: str,
    fields: Mapping[str, ApiField],
    where: Clause,
    given: Any,  # noqa: ANN401
) -> list[dict[str, Any]]:
    """The result of an aggregation over the rows of `source` for which `where` holds.

    Args:
        tenant: the tenant.
        source: the SQL after FROM.
        fields: the fields that may be named.
        where: the list's condition.
        given: {field, aggregationType, options, aggs}, or a list with one of these.

    Returns:
        {key, groupCount, value, aggregations} for each bucket; for a metric one {key, value}. Money is in minor units
        of whatever currencies the rows have.

    Raises:
        ToriiError: 422, naming the part that cannot be followed.
    """
    levels = _levels(given, fields)
    buckets = [_buckets(tenant, source, where, levels[: depth + 1]) for depth in range(len(levels))]
    return _nested(levels, buckets, ())


def _levels(given: Any, fields: Mapping[str, ApiField]) -> list[_Level]:  # noqa: ANN401
    levels: list[_Level] = []
    while given:
        wanted = given[0] if isinstance(given, list) and len(given) == 1 else given
        if not isinstance(wanted, dict) or len(levels) == MAX_LEVELS:
            raise unprocessable(
                f"aggs must be one {{field, aggregationType, options, aggs}}, {MAX_LEVELS} levels at most"
            )
        if levels and not levels[-1].key:
            raise unprocessable("A metric has no aggs of its own")
        levels.append(_level(wanted, fields))
        given = wanted.get("aggs")
    return levels


def _level(wanted: Mapping[str, Any], fields: Mapping[str, ApiField]) -> _Level:
    kind = _known("aggregationType", wanted.get("aggregationType"), _TYPES)
    name = _known("field to aggregate", wanted.get("field"), fields)
    options = wanted.get("options") or {}
    if not isinstance(options, dict):
        raise unprocessable(f"options must be a mapping, not {sanitized(options)}")
    field = fields[name]
    if kind == "metric":
        return _Level(name, "", _figure(name, fields, options.get("metricFunction")), "", options)
    if kind == "groupBy":
        function = options.get("metricFunction")
        return _Level(
            name, field.sql, _figure(name, fields, function) if function else "", _sort(options, fields), options
        )
    if field.kind != "date":
        raise unprocessable(f"{kind} needs a date field; {name} is {field.kind}. {_of_kinds(fields, {'date'})}")
    if kind == "date_histogram":
        period = _known("datePeriod", _mapping(options.get("dateHistogramOptions")).get("datePeriod"), _PERIODS)
        return _Level(name, _PERIODS[period].format(field.sql), "", _by_period(name, options), options)
    return _Level(name, field.sql, "", "", options, _ranges(options.get("ranges")))


def _known(what: str, given: Any, known: Collection[str]) -> str:  # noqa: ANN401
    if not isinstance(given, str) or given not in known:
        raise unknown(what, [given], known)
    return given


def _of_kinds(fields: Mapping[str, ApiField], kinds: Collection[str]) -> str:
    return f"Known: {some_of([name for name, field in fields.items() if field.kind in kinds])}"


def _figure(name: str, fields: Mapping[str, ApiField], function: Any) -> str:  # noqa: ANN401
    field = fields[name]
    _known("metricFunction", function, _FUNCTIONS)
    if function == "total":
        return "count(*)"
    if field.kind not in {"number", "money"} and not (field.kind == "date" and function in {"max", "min"}):
        known = _of_kinds(fields, {"number", "money"})
        raise unprocessable(f"{function} needs a number field; {name} is {field.kind}. {known}")
    return f"{_FUNCTIONS[function]}({field.sql})"


def _sort(options: Mapping[str, Any], fields: Mapping[str, ApiField]) -> str:
    """The SQL order of groups; by default the largest come first."""
    sort = _mapping(options.get("sort"))
    name, order = sort.get("field", "groupCount"), sort.get("order", "desc")
    _known("order", order, ("asc", "desc"))
    if name in ("groupCount", "key"):
        return f"{'count(*)' if name == 'groupCount' else 'bucket'} {order}, bucket"
    if not isinstance(name, str) or name not in fields:
        raise unknown("sort field", [name], ["groupCount", "key", *fields])
    return f"{_figure(name, fields, sort.get('aggFunc', 'sum'))} {order}, bucket"


def _by_period(name: str, options: Mapping[str, Any]) -> str:
    """The SQL order of periods; by default the earliest comes first."""
    sort = _mapping(options.get("sort"))
    _known("sort field", sort.get("field", name), (name, "key"))
    return f"bucket {_known('order', sort.get('order', 'asc'), ('asc', 'desc'))}"


def _mapping(given: Any) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(given, dict | None):
        raise unprocessable(f"A mapping is needed, not {sanitized(given)}")
    return given or {}


def _ranges(given: Any) -> tuple[Mapping[str, Any], ...]:  # noqa: ANN401
    if not isinstance(given, list) or not 0 < len(given) <= MAX_BUCKETS:
        raise unprocessable(f"date_range needs 1 to {MAX_BUCKETS} ranges of {{from, to}}")
    return tuple(_bounds(each, ("from", "to")) for each in given)


def _bounds(given: Any, known: Collection[str]) -> Mapping[str, str]:  # noqa: ANN401
    bounds = _mapping(given)
    if missing := [name for name in bounds if name not in known]:
        raise unknown("bounds", missing, known)
    if other := [day for day in bounds.values() if not isinstance(day, str)]:
        raise unprocessable(f"A bound is a day such as 2026-11-02, not {sanitized(other[0])}")
    return bounds


def _buckets(
    tenant: sqlite3.Connection, source: str, where: Clause, levels: Sequence[_Level]
) -> dict[Path, list[tuple[Any, ...]]]:
    """For each path of keys in the levels above, (key, count, value) of the last level, in its order."""
    keys, values = [], []
    for number, level in enumerate(levels):
        key = level.key
        if level.ranges:
            # A row may be in several ranges, so each range is joined to its rows.
            source += (
                f" JOIN json_each(?) r{number} ON {level.key} >= coalesce(r{number}.value ->> 'from', '')"
                f" AND {level.key} < coalesce(r{number}.value ->> 'to', '~')"
            )
            values.append(json.dumps(level.ranges))
            key = f"r{number}.key"
        # The plus keeps SQLite from ordering the groups by an index, which would cost a look-up for each row.
        keys.append(f"+{key}" if key else "NULL")
    last = levels[-1]
    above = "".join(f"{key}, " for key in keys[:-1])
    hard, hard_values = _hard(last)
    query = (
        f"SELECT {above}{keys[-1]} AS bucket, count(*), {last.value or 'NULL'} FROM {source}"  # noqa: S608
        f" WHERE {where.sql}{hard} GROUP BY {above}bucket ORDER BY {last.sort or 'bucket'}"
    )
    if len(levels) == 1:
        # So that 100,000 groups are not fetched to keep 100. Below another level, each path has its own limit.
        query += f" LIMIT {_size(last)}"
    buckets: dict[Path, list[tuple[Any, ...]]] = defaultdict(list)
    for row in tenant.execute(query, [*values, *where.values, *hard_values]):
        buckets[tuple(row[: len(keys) - 1])].append(row[len(keys) - 1 :])
    return buckets


def _hard(level: _Level) -> tuple[str, list[str]]:
    bounds = _bounds(_mapping(level.options.get("dateHistogramOptions")).get("hardBounds"), ("min", "max"))
    conditions = [f" AND {level.key} {'>=' if name == 'min' else '<='} ?" for name in bounds]
    return "".join(conditions), list(bounds.values())


def _nested(
    levels: Sequence[_Level], by_level: Sequence[Mapping[Path, list[tuple[Any, ...]]]], path: Path
) -> list[Any]:
    level = levels[len(path)]
    buckets = by_level[len(path)].get(path, [])
    if not level.key:
        return [{"key": level.name, "value": value} for _, _, value in buckets] or [{"key": level.name, "value": None}]
    if level.options.get("dateHistogramOptions"):
        buckets = _extended(level, buckets)
    rows = []
    for key, count, value in buckets[: _size(level)]:
        row: dict[str, Any] = {"key": _label(level, key), "groupCount": count}
        if level.value:
            row["value"] = value
        if len(levels) > len(path) + 1:
            row["aggregations"] = _nested(levels, by_level, (*path, key))
        rows.append(row)
    return rows


def _size(level: _Level) -> int:
    size = level.options.get("size", MAX_BUCKETS)
    if not isinstance(size, int) or size < 1:
        raise unprocessable(f"size must be a whole number from 1, not {sanitized(size)}")
    return min(size, MAX_BUCKETS)


def _label(level: _Level, key: Any) -> Any:  # noqa: ANN401
    if not level.ranges:
        return key
    return f"{level.ranges[key].get('from', '*')}-{level.ranges[key].get('to', '*')}"


def _extended(level: _Level, buckets: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The buckets in their order, with empty ones added where `extendedBounds` asks for them."""
    options = _mapping(level.options["dateHistogramOptions"])
    bounds = _bounds(options.get("extendedBounds"), ("min", "max"))
    if not {"min", "max"} <= bounds.keys():
        return buckets
    starts = _starts(options["datePeriod"], bounds["min"], bounds["max"])
    known = {bucket[0]: bucket for bucket in buckets}
    every = ({start: (start, 0, None) for start in starts} | known).values()
    return sorted(every, key=lambda bucket: bucket[0] or "", reverse=level.sort.endswith("desc"))


def _starts(period: str, first: str, last: str) -> list[str]:
    try:
        day, end = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
    except ValueError:
        raise unprocessable(f"extendedBounds are days, not {sanitized(first)} and {sanitized(last)}") from None
    # The longest that a period can be: from its first day, this always leads into the next period.
    step = timedelta(days={"weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}[period])
    starts: list[str] = []
    day = _start(period, day)
    while day <= end and len(starts) < MAX_BUCKETS:
        starts.append(day.isoformat())
        day = _start(period, day + step)
    return starts


def _start(period: str, day: date) -> date:
    if period == "weekly":
        return day - timedelta(days=day.weekday())
    month = {"monthly": day.month, "quarterly": (day.month - 1) // 3 * 3 + 1, "yearly": 1}[period]
    return day.replace(month=month, day=1)
