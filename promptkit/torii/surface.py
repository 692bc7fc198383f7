"""surface.yaml -> the tools of the local Torii, as MCP lists them in each mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mcp.types import Tool, ToolAnnotations

from promptkit.files import load_yaml, validate_each

Mode = Literal["hosted-guess", "hosted-bare", "npm-2025"]

_PATH = Path(__file__).with_name("surface.yaml")


@dataclass(frozen=True)
class Surface:
    """What a mode looks like: its tools, and the form of its answers, errors and lists."""

    tools: tuple[Tool, ...]
    is_structured: bool
    has_plain_errors: bool
    has_totals: bool


@cache
def _file() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return validate_each(load_yaml(_PATH), dict[str, dict[str, Any]])


def surface(mode: Mode = "hosted-guess") -> Surface:
    """What a server in this mode offers, with tools in the order of the file."""
    known, answers = _file()["tools"], _file()["modes"][mode]
    offered = answers.get("tools") or {name: entry.get("arguments", []) for name, entry in known.items()}
    described = answers.get("descriptions", {})
    tools = tuple(
        _tool(name, known[name], offered[name], described.get(name), annotated=answers["annotations"])
        for name in known
        if name in offered
    )
    return Surface(tools, answers["structured"], answers["plain_errors"], answers["total"])


def _tool(
    name: str, entry: Mapping[str, Any], arguments: list[Any], description: str | None, *, annotated: bool
) -> Tool:
    schema = {
        "type": "object",
        "properties": dict(_argument(argument) for argument in arguments),
        "required": entry.get("required", []),
        "additionalProperties": False,
    }
    is_read = entry["class"] == "read"
    hints = ToolAnnotations(read_only_hint=is_read, destructive_hint=not is_read, open_world_hint=False)
    return Tool(
        name=name,
        description=description or entry["description"],
        input_schema=schema,
        annotations=hints if annotated else None,
    )


def _argument(named: str | Mapping[str, str]) -> tuple[str, Any]:
    """The name and schema of an argument; {name: other} uses the schema of another argument."""
    name, schema = (named, named) if isinstance(named, str) else next(iter(named.items()))
    return name, _file()["arguments"][schema]
