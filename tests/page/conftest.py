"""A page of every real prompt and one with every type of argument; and a report of an eval."""

import shutil
from pathlib import Path

import pytest

from promptkit.library.store import Library, default_root
from promptkit.model import Prompt
from promptkit.page.build import build_page
from promptkit.page.evidence import Evidence
from promptkit.page.views import SampleAnswer
from tests.evaluation.page.hostile import eval_run, report_html
from tests.page.samples import HARD_PROMPTS, PROFILE

__all__ = ["eval_run", "report_html"]

HERE = Path(__file__).parent
ANSWER = {
    "name": "every_type",
    "title": "Every kind",
    "stamp": "[every_type@2.1.0 00000000]",
    "status": "complete",
    "arguments": {"days": 30},
    "remarks": ["<script>alert(1)</script>"],
    "tables": [
        {
            "heading": "Contracts",
            "columns": [{"name": "app_name", "type": "string"}, {"name": "amount", "type": "money"}],
            "rows": [["<script>alert(1)</script>", 1.0], ["[link](https://example.com)", 2000000.0]],
        }
    ],
    "totals": [{"name": "amount", "key": "USD", "type": "money", "unit": "USD", "value": 2000001.0}],
    "evidence": {"Tools": "list_contracts", "Gaps": "none"},
}


@pytest.fixture(scope="session")
def page_library(tmp_path_factory) -> Library:
    root = tmp_path_factory.mktemp("library")
    for folder in ("prompts", "instructions", "evals"):
        shutil.copytree(default_root() / folder, root / folder)
    for name in HARD_PROMPTS:
        shutil.copy(HERE / f"{name}.yaml", root / "prompts")
    return Library(root)


@pytest.fixture(scope="session")
def prompts(page_library) -> dict[str, Prompt]:
    return {prompt.name: prompt for prompt in page_library.load_prompts()}


@pytest.fixture(scope="session")
def html(page_library) -> str:
    samples = {"every_type": [SampleAnswer(ANSWER, {"days": "30"})]}
    evidence = {"every_type@2.1.0": [Evidence("openai:example", "local", 10, 10)]}
    return build_page(page_library, PROFILE, samples=samples, evidence=evidence)


@pytest.fixture(scope="session")
def page_file(html, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    return path
