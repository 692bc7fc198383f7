"""surface.yaml -> the tools of the local Torii, as MCP lists them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mcp.types import Tool, ToolAnnotations

from promptkit.load import load_yaml

_PATH = Path(__file__).with_name("surface.yaml")


@cache
def load_surface() -> Mapping[str, Any]:
    """The data file: `arguments` by name with their JSON Schema, and `tools` by name."""
    data: Mapping[str, Any] = load_yaml(_PATH).data
    return data


def listed_tools() -> list[Tool]:
    """Every tool with its schema and annotations, in the order of the file."""
    return [_tool(name, entry) for name, entry in load_surface()["tools"].items()]


def _tool(name: str, entry: Mapping[str, Any]) -> Tool:
    known = load_surface()["arguments"]
    schema = {
        "type": "object",
        "properties": {argument: known[argument] for argument in entry.get("arguments", [])},
        "required": entry.get("required", []),
        "additionalProperties": False,
    }
    is_read = entry["class"] == "read"
    hints = ToolAnnotations(read_only_hint=is_read, destructive_hint=not is_read, open_world_hint=False)
    return Tool(name=name, description=entry["description"], input_schema=schema, annotations=hints)
