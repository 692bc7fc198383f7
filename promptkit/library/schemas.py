"""JSON Schemas of the data files, generated from the models, so that editors can help people who write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from promptkit.language import Wording
from promptkit.library.cases import AttackFamily, CaseFile
from promptkit.library.recipe import Recipe
from promptkit.model import Host, Profile, Prompt, ReviewedTool, Scoring

_MODELS: Mapping[str, Any] = {
    "prompts/prompt.schema.json": Prompt,
    "prompts/recipe.schema.json": Recipe,
    "evals/case.schema.json": CaseFile,
    "evals/attack.schema.json": AttackFamily,
    "evals/wording.schema.json": dict[str, Wording],
    "instructions/profile.schema.json": Profile,
    "instructions/tools.schema.json": dict[str, ReviewedTool],
    "instructions/scoring.schema.json": Scoring,
    "instructions/hosts.schema.json": dict[str, Host],
}


def json_schemas() -> dict[str, str]:
    """The text of each schema file by its path below the library's root."""
    return {path: _schema(model) for path, model in _MODELS.items()}


def _schema(model: Any) -> str:  # noqa: ANN401
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **TypeAdapter(model).json_schema(by_alias=True),
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
