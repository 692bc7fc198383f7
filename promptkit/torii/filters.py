"""The API's filters as SQL. How relative dates, nested, and and or are written is undocumented: several forms work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from promptkit.text import sanitized
from promptkit.torii.api_error import unknown, unprocessable
from promptkit.torii.listing import ApiField, Kind

MAX_FILTERS = 50
MAX_DEPTH = 5
MAX_CHARACTERS = 8000
OPERATORS = (
    *("equals", "notEquals", "contains", "notContains", "anyOf", "noneOf", "allOf", "isExactly", "isSet", "isNotSet"),
    *("gt", "gte", "lt", "lte", "dayAfter", "dayOnOrAfter", "dayBefore", "dayOnOrBefore", "relativeDateToday"),
    *("relativeDateOn", "relativeDateLess", "relativeDateMore", "nested", "exists", "notExists", "or", "and"),
)
"""The operators that Torii documents."""

_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_COMPARED = ("number", "money", "date", "text")
_LISTED = {"anyOf", "noneOf", "allOf", "isExactly"}
_VALUES: Mapping[Kind, str] = {
    "text": "a text",
    "number": "a number",
    "money": "a number in minor units",
    "flag": "true or false",
    "date": "a day such as 2026-11-02",
    "list": "a text or whole number",
    "person": "the id of a user",
    "object": "a text",
}
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
# The fields of the person in primaryOwner or owner that a nested filter may use.
_PERSON = {name: ApiField(f"p.{name}") for name in ("firstName", "lastName", "email", "status", "lifecycleStatus")} | {
    "id": ApiField("p.id", "number"),
    "isDeletedInIdentitySources": ApiField("p.isDeletedInIdentitySources", "flag"),
}


@dataclass(frozen=True)
class Clause:
    """SQL that is true or false for a row, with its values."""

    sql: str
    values: tuple[Any, ...] = ()


def joined(clauses: Iterable[Clause], word: str = "AND") -> Clause:
    """One clause that requires all the clauses, or with OR any of them; true if there are none."""
    every = list(clauses)
    if not every:
        return Clause("1")
    return Clause(f" {word} ".join(f"({one.sql})" for one in every), tuple(v for one in every for v in one.values))


def parsed(given: Any, name: str) -> Any:  # noqa: ANN401
    """An argument that may come as JSON text.

    Raises:
        ToriiError: 422, it is text and not JSON, or too long.
    """
    if len(given if isinstance(given, str) else json.dumps(given)) > MAX_CHARACTERS:
        raise unprocessable(f"{name} is longer than {MAX_CHARACTERS} characters")
    try:
        return json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        raise unprocessable(f"{name} is not JSON") from None


def filter_clause(given: Any, fields: Mapping[str, ApiField], today: date) -> Clause:  # noqa: ANN401
    """The argument `filters`: a list of {key, op, value}, all of which must hold, or its JSON text.

    Raises:
        ToriiError: 422, naming the filter that cannot be followed.
    """
    return joined(_each(parsed(given, "filters") or [], fields, today, MAX_DEPTH))


def equal_clause(wanted: Mapping[str, Any], fields: Mapping[str, ApiField], today: date) -> Clause:
    """Each field has the value that the mapping gives it.

    Raises:
        ToriiError: 422, naming a field that is unknown or does not accept its value.
    """
    every = [{"key": key, "op": "equals", "value": value} for key, value in wanted.items()]
    return filter_clause(every, fields, today)


def _each(given: Any, fields: Mapping[str, ApiField], today: date, depth: int) -> list[Clause]:  # noqa: ANN401
    if not isinstance(given, list):
        raise unprocessable("filters must be a list of {key, op, value}")
    if len(given) > MAX_FILTERS or not depth:
        raise unprocessable(f"At most {MAX_FILTERS} filters, {MAX_DEPTH} levels deep")
    return [_one(wanted, fields, today, depth) for wanted in given]


def _one(wanted: Any, fields: Mapping[str, ApiField], today: date, depth: int) -> Clause:  # noqa: ANN401
    if not isinstance(wanted, dict):
        raise unprocessable(f"A filter must be {{key, op, value}}, not {sanitized(wanted)}")
    for word in ("or", "and"):
        some = wanted.get(word, wanted.get("value") if _plain(wanted.get("op")) == word else None)
        if some is not None:
            return joined(_each(some, fields, today, depth - 1), word.upper())
    key, op, value = _plain(wanted.get("key")), _plain(wanted.get("op", "equals")), wanted.get("value")
    if not isinstance(key, str) or key not in fields:
        raise unknown("filter key", [key], fields)
    if op not in OPERATORS:
        raise unknown("operator", [op], OPERATORS)
    if op == "nested":
        return _nested(fields[key], value, today, depth)
    clause = _operate(fields[key], op, value, today)
    if clause is None:
        raise unprocessable(
            f"Operator {op} does not take {sanitized(value)} on {key} ({fields[key].kind}): {_needed(fields[key], op)}"
        )
    return clause


def _plain(word: Any) -> Any:  # noqa: ANN401
    # The old npm package wrapped key and op as {"value": ...}.
    return word.get("value") if isinstance(word, dict) else word


def _needed(field: ApiField, op: str) -> str:
    """What the operator would take."""
    if op.startswith(("day", "relativeDate")) and field.kind != "date":
        return "it needs a date field"
    if op.startswith("relativeDate"):
        return "it needs a whole number of days from today, below zero for the past"
    if op in _LISTED:
        return f"it needs a list, each {_VALUES[field.kind]}"
    if op in {"contains", "notContains"}:
        return "it needs a text, on a text or list field"
    if op in _COMPARE and field.kind not in _COMPARED:
        return f"it needs a field of the kind {', '.join(_COMPARED)}"
    return f"it needs {_VALUES[field.kind]}"


def _nested(field: ApiField, value: Any, today: date, depth: int) -> Clause:  # noqa: ANN401
    if field.kind != "person":
        raise unprocessable("nested looks into primaryOwner or owner only")
    inner = joined(_each(value if isinstance(value, list) else [value], _PERSON, today, depth - 1))
    return Clause(f"EXISTS (SELECT 1 FROM users p WHERE p.id = {field.sql} AND {inner.sql})", inner.values)  # noqa: S608


def _operate(field: ApiField, op: str, value: Any, today: date) -> Clause | None:  # noqa: ANN401
    """The clause of one operator; None if it does not accept the value or the field."""
    if op in {"isSet", "exists"}:
        return Clause(f"json_array_length({field.sql}) > 0" if field.kind == "list" else f"{field.sql} IS NOT NULL")
    if op in {"isNotSet", "notExists"}:
        empty = f"coalesce(json_array_length({field.sql}), 0) = 0"
        return Clause(empty if field.kind == "list" else f"{field.sql} IS NULL")
    if op in {"equals", "notEquals"}:
        return _negated(op == "notEquals", _any_of(field, [value]))
    if op in {"anyOf", "noneOf"} and isinstance(value, list):
        return _negated(op == "noneOf", _any_of(field, value))
    if op in {"contains", "notContains"} and isinstance(value, str):
        return _negated(op == "notContains", _contains(field, value))
    if op in {"allOf", "isExactly"} and isinstance(value, list):
        return _all_of(field, value, exactly=op == "isExactly")
    if op in _COMPARE and field.kind in _COMPARED and _fits(field, value):
        return Clause(f"{field.sql} {_COMPARE[op]} ?", (value,))
    if field.kind == "date":
        return _dates(field.sql, op, value, today)
    return None


def _negated(is_negated: bool, clause: Clause | None) -> Clause | None:
    # A row without a value has none of the values either.
    return Clause(f"NOT coalesce({clause.sql}, 0)", clause.values) if clause and is_negated else clause


def _fits(field: ApiField, value: Any) -> bool:  # noqa: ANN401
    if field.kind == "flag":
        return isinstance(value, bool)
    if field.kind in {"number", "money", "person"}:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if field.kind == "date":
        return _day(value) is not None
    return isinstance(value, str) or (field.kind == "list" and isinstance(value, int))


def _any_of(field: ApiField, values: list[Any]) -> Clause | None:
    if not all(_fits(field, value) for value in values):
        return None
    marks = ", ".join("?" * len(values))
    if field.kind == "list":
        return _in_list(field, f"value IN ({marks})", values)
    return Clause(f"{field.sql} IN ({marks})", tuple(values))


def _contains(field: ApiField, text: str) -> Clause | None:
    if field.kind == "list":
        inner = contains_text("value", text)
        return _in_list(field, inner.sql, list(inner.values))
    return contains_text(field.sql, text) if field.kind == "text" else None


def contains_text(sql: str, text: str) -> Clause:
    """Whether a text contains another, ignoring the case of ASCII letters. LIKE is twice as fast as instr and lower."""
    literal = re.sub(r"([%_!])", r"!\1", text)
    return Clause(f"{sql} LIKE ? ESCAPE '!'", (f"%{literal}%",))


def _in_list(field: ApiField, condition: str, values: list[Any]) -> Clause:
    return Clause(f"EXISTS (SELECT 1 FROM json_each({field.sql}) WHERE {condition})", tuple(values))  # noqa: S608


def _all_of(field: ApiField, values: list[Any], *, exactly: bool) -> Clause | None:
    each = [_any_of(field, [value]) for value in values]
    if field.kind == "list" and exactly:
        # Nothing else may be in the list, so it must have as many values as were given.
        each.append(Clause(f"json_array_length({field.sql}) = ?", (len(set(values)),)))
    return joined(clause for clause in each if clause) if all(each) else None


def _dates(sql: str, op: str, value: Any, today: date) -> Clause | None:  # noqa: ANN401
    """Whole days. Times are text that begins with the day, so they can be compared as text, and with an index."""
    if op.startswith("relativeDate"):
        return _relative(sql, op, value, today)
    day = _day(value)
    if day is None:
        return None
    following = day + timedelta(days=1)
    compared = {
        "dayOnOrAfter": (">=", day),
        "dayAfter": (">=", following),
        "dayBefore": ("<", day),
        "dayOnOrBefore": ("<", following),
    }.get(op)
    return Clause(f"{sql} {compared[0]} ?", (compared[1].isoformat(),)) if compared else None


def _day(value: Any) -> date | None:  # noqa: ANN401
    try:
        day = datetime.fromisoformat(value).date()
    except (TypeError, ValueError):
        return None
    return day if 1900 <= day.year <= 9000 else None


def _relative(sql: str, op: str, value: Any, today: date) -> Clause | None:  # noqa: ANN401
    """Days from today: a whole number, negative in the past, or {value, unit, direction}."""
    days = 0 if op == "relativeDateToday" else _days(value)
    if days is None:
        return None
    first, last = sorted((today, today + timedelta(days=days)))
    end = last + timedelta(days=1)
    within = Clause(f"{sql} >= ? AND {sql} < ?", (first.isoformat(), end.isoformat()))
    if op == "relativeDateLess":
        return within
    if op == "relativeDateMore":
        beyond = Clause(f"{sql} < ?", (first.isoformat(),))
        return beyond if days < 0 else Clause(f"{sql} >= ?", (end.isoformat(),))
    if op in {"relativeDateOn", "relativeDateToday"}:
        on = today + timedelta(days=days)
        return Clause(f"{sql} >= ? AND {sql} < ?", (on.isoformat(), (on + timedelta(days=1)).isoformat()))
    return None


def _days(value: Any) -> int | None:  # noqa: ANN401
    if isinstance(value, dict):
        unit = _UNIT_DAYS.get(str(value.get("unit", "day")).rstrip("s"))
        number = value.get("value", value.get("amount"))
        if unit is None or not isinstance(number, int):
            return None
        value = number * unit * (-1 if value.get("direction") == "past" else 1)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 36500 else None
