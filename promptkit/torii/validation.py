"""The arguments of a call against the schema of its tool.

That Torii answers 422 to a parameter it does not have is known. What its errors say is not: ours name the argument, and
what is known in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import msgspec
from jsonschema import Draft202012Validator, ValidationError
from mcp.types import Tool

from promptkit.text import sanitized
from promptkit.torii.api_error import unknown_names, unprocessable

_MAX_PROBLEMS = 5
_MAX_LENGTH = 200


def require_valid(tool: Tool, arguments: Mapping[str, Any]) -> None:
    """Let the arguments through.

    Raises:
        ToriiError: 422, naming the first problems.
    """
    problems = sorted(
        {_problem(error) for error in _validator(msgspec.json.encode(tool.input_schema)).iter_errors(arguments)}
    )
    if problems:
        more = [f"and {len(problems) - _MAX_PROBLEMS} more"] if len(problems) > _MAX_PROBLEMS else []
        raise unprocessable("; ".join([*problems[:_MAX_PROBLEMS], *more]))


@cache
def _validator(schema: bytes) -> Draft202012Validator:
    return Draft202012Validator(msgspec.json.decode(schema))


def _problem(error: ValidationError) -> str:
    where = sanitized(".".join(str(part) for part in error.absolute_path))
    given, value = cast(Any, error.instance), cast(Any, error.validator_value)
    if error.validator == "additionalProperties":
        known = cast(Mapping[str, Any], error.schema)["properties"]
        extra = [name for name in given if name not in known]
        return unknown_names(f"arguments in {where}" if where else "arguments", extra, known)
    if error.validator == "enum":
        return unknown_names(where, [given], value)
    return f"{where}: {_reason(error)}" if where else _reason(error)


def _reason(error: ValidationError) -> str:
    if len(error.message) <= _MAX_LENGTH:
        return sanitized(error.message, _MAX_LENGTH)
    # The message begins with the value, and only its end would say what is wrong.
    return f"{sanitized(error.instance)} breaks {error.validator} {sanitized(error.validator_value)}"
