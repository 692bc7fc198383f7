"""What pydantic refuses in plain data -> each wrong key and value, in words for people who write YAML."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from promptkit.errors import nearest
from promptkit.plain_yaml import Key
from promptkit.text import legible

Detail = Mapping[str, Any]
_DATE = "a date such as 2026-11-30"
_MUST_BE = {
    "bool_type": "true or false",
    "date_from_datetime_inexact": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_type": _DATE,
    "dict_type": "a mapping",
    "enum": "{expected}",
    "float_parsing": "a number",
    "float_type": "a number",
    "frozen_set_type": "a list",
    "greater_than_equal": "at least {ge:g}",
    "int_type": "a whole number",
    "less_than_equal": "at most {le:g}",
    "list_type": "a list",
    "literal_error": "{expected}",
    "model_type": "a mapping",
    "string_pattern_mismatch": "of the form {pattern}",
    "string_too_long": "at most {max_length} characters long",
    "string_too_short": "at least {min_length} characters long",
    "string_type": "text",
    "too_short": "at least {min_length} entries long",
    "tuple_type": "a list",
    "value_error": "{error}",
}
# The patterns in our models, in words that a person can follow.
_FORMS = {
    r"^[A-Za-z0-9 .,-]{1,400}$": "the path of an SVG, such as M4 5h16v11H4z",
    r"^https://[a-z.]+/[a-z?=/]*=$": "an https address that ends with =, such as https://chat.example/?q=",
    r"^[a-z][a-z0-9_]{0,63}$": "small letters, digits and _, beginning with a letter, at most 64 in all",
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$": "a version such as 1.0.2",
    r"^[A-Za-z0-9._-]{1,128}$": "the name of a tool: letters, digits, dots, - and _, at most 128 in all",
    r"^\S[^\n]*$": "one line of text that does not begin with a space",
    r"^[A-Za-z][A-Za-z0-9_]{0,99}$": "letters, digits and _, beginning with a letter, at most 100 in all",
    r"^[A-Z]{3}$": "a currency of three capital letters, such as EUR",
    r"^[a-z][a-z0-9_]{0,63}@\d+\.\d+\.\d+$": "a prompt with its version, such as renewal_calendar@1.0.2",
    r"^[a-z]{2}$": "a language of two small letters, such as en",
}


class Wrong(NamedTuple):
    """A wrong key or value: where it is in the data, and the code, message and fix of the problem."""

    key: Key
    code: str
    message: str
    fix: str


def wrong_values(error: ValidationError, data: object, name: str, keys: Collection[str]) -> Iterator[Wrong]:
    """Every wrong key and value, once each, in the order of the model.

    Args:
        error: why the data does not fit the model.
        data: as it was read.
        name: what messages call all of the data.
        keys: the keys of the model's outermost mapping, to suggest the one that was meant.
    """
    refused: dict[Key, list[Detail]] = {}
    for detail in error.errors(include_url=False):
        key, value = _written(detail["loc"], data)
        match detail["type"]:
            case "extra_forbidden":
                fix = nearest(str(key[-1]), keys if len(key) == 1 else [], "remove it, or correct its spelling")
                yield Wrong(key, "unknown-key", f"{legible(key[-1])} is not a key here", fix)
            case "missing":
                missing = detail["loc"][-1]
                yield Wrong(key, "missing-key", f"{missing} is missing", f"add {missing}:")
            case _ if detail["loc"][-1:] == ("[key]",):
                message = f"the name {legible(key[-1])} is not allowed: it must be {_must_be(detail)}"
                yield Wrong(key, "wrong-value", message, "rename it")
            case "too_short" if value:
                continue  # Wrong entries, which are reported themselves, were not counted.
            case _:
                refused.setdefault(key, []).append(detail)
    for key, details in refused.items():
        yield _wrong_value(key, details, name)


def _wrong_value(key: Key, details: list[Detail], name: str) -> Wrong:
    """The problem of one value, which none of the kinds that are allowed there accepts."""
    value, kinds = details[0]["input"], list(dict.fromkeys(map(_must_be, details)))
    if "a number" in kinds:
        kinds = [kind for kind in kinds if kind != "a whole number"]
    *others, last = kinds
    must_be = f"{', '.join(others)} or {last}" if others else last
    is_unquoted = "text" in kinds and isinstance(value, bool | int | float | datetime.date)
    fix = "put it in quotes, or correct it" if is_unquoted else "correct the value"
    return Wrong(key, "wrong-value", f"{_subject(key, name)} is {what_it_is(value)}: it must be {must_be}", fix)


def _must_be(detail: Detail) -> str:
    context = detail.get("ctx", {})
    if form := _FORMS.get(context.get("pattern", "")):
        return form
    words = _MUST_BE.get(detail["type"], "something else").format(**context)
    return words.replace("'", "").replace("1 characters", "1 character").replace("1 entries", "1 entry")


def what_it_is(value: object) -> str:
    """A value as the file has it, or its kind if it is longer than a word."""
    match value:
        case None | "":
            return "empty"
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "a mapping" if value else "an empty mapping"
        case list():
            return "a list" if value else "an empty list"
        case str() if "\n" in value:
            return "text of several lines"
    return legible(value)


def _written(loc: Key, data: Any) -> tuple[Key, Any]:  # noqa: ANN401
    """The part of pydantic's path that exists in the data, without the kinds it tried, and the value there."""
    key: Key = ()
    for part in loc:
        is_written = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if is_written:
            key, data = (*key, part), data[part]
    return key, data


def _subject(key: Key, name: str) -> str:
    if not key:
        return name
    *around, last = key
    return f"item {last + 1} of {_subject(tuple(around), name)}" if isinstance(last, int) else legible(last)
