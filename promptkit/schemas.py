"""JSON Schemas of the data files, generated from the models, so that an editor can help while somebody types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from promptkit.model import Case, Host, Profile, Prompt, ToolRule

_MODELS: dict[str, tuple[str, Any]] = {
    "prompt": ("A dashboard view or connection check: prompts/NAME.yaml", Prompt),
    "case": ("What is evaluated of a prompt: evals/cases/NAME.yaml", Case),
    "profile": ("What one tenant decided: dashboard.yaml", Profile),
    "tools": ("Known tools by name: instructions/tools.yaml", dict[str, ToolRule]),
    "hosts": ("Where instructions are pasted: instructions/hosts.yaml", dict[str, Host]),
}


def json_schemas() -> Iterator[tuple[str, str]]:
    """The name and text of each schema file, ready to write below schemas/."""
    for name, (title, model) in _MODELS.items():
        schema = TypeAdapter(model).json_schema(by_alias=True)
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
        yield f"{name}.json", json.dumps(schema, indent=2, sort_keys=True) + "\n"
