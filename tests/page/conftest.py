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
ANSWER = """## Contracts
| app | amount |
|---|---:|
| <script>alert(1)</script> | 1.00 |
| [link](https://example.com) ![image](https://example.com/x.png) | 2.00 |
"""


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
    answers = {"every_type": SampleAnswer(ANSWER, {"days": 30})}
    evidence = {"every_type@2.1.0": [Evidence("openai:example", "local", 10, 10)]}
    return build_page(page_library, PROFILE, answers=answers, evidence=evidence)


@pytest.fixture(scope="session")
def page_file(html, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    return path
