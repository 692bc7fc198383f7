import json

import jsonschema
import pytest

from promptkit.files import load_yaml
from promptkit.library.schemas import json_schemas
from tests.sources import ROOT

# Which files each schema is for, by its path.
FILES = {
    "prompts/prompt.schema.json": sorted(ROOT.glob("prompts/*.yaml")),
    "prompts/recipe.schema.json": sorted(ROOT.glob("prompts/recipes/*.yaml")),
    "evals/case.schema.json": sorted(ROOT.glob("evals/cases/*.yaml")),
    "evals/attack.schema.json": sorted(ROOT.glob("evals/attacks/*.yaml")),
    "evals/wording.schema.json": [ROOT / "evals/wording.yaml"],
    "instructions/tools.schema.json": [ROOT / "instructions/tools.yaml"],
    "instructions/hosts.schema.json": [ROOT / "instructions/hosts.yaml"],
    "instructions/scoring.schema.json": [ROOT / "instructions/scoring.yaml"],
}
PAIRS = [(schema, path) for schema, paths in FILES.items() for path in paths]


@pytest.mark.parametrize("path", json_schemas())
def test_a_schema_is_what_the_model_says(path):
    fix = "run: python -m tests.library.test_schemas"
    assert (ROOT / path).read_text("utf-8") == json_schemas()[path], fix


@pytest.mark.parametrize(("schema", "path"), PAIRS, ids=lambda value: getattr(value, "stem", ""))
def test_a_data_file_names_its_schema_and_keeps_it(schema, path):
    first = path.read_text("utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == ROOT / schema
    data = json.loads(json.dumps(load_yaml(path).data, default=str))
    jsonschema.validate(data, json.loads(json_schemas()[schema]))


if __name__ == "__main__":
    for path, text in json_schemas().items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
