"""A page of every real prompt and one with every type of argument, a report of an eval, and a Chromium for both."""

import shutil
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.turns import ModelCall, Turn, Usage
from promptkit.evaluation.page.build import page_of
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.merge import run_result
from promptkit.evaluation.records.record import Recorded, read_record
from promptkit.evaluation.rows import report_of
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.start import EvalRun
from promptkit.evaluation.statistics import groups
from promptkit.library.store import Library, default_root
from promptkit.model import Profile, Prompt
from promptkit.page.build import build_page
from promptkit.page.evidence import Evidence
from promptkit.page.views import SampleAnswer
from promptkit.reports import html as html_report
from tests.builders import DECLINED

HERE = Path(__file__).parent
HARD_PROMPTS = ["every_type", "odd_spaces"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PROFILE = Profile.model_validate(
    {
        "time_zone": "Europe/Berlin",
        "display_currency": "EUR",
        "organizational_views": [
            {"label": "Department", "entity": "user", "field": "department", "aliases": {"R&D": 'Engineering "West"'}},
            {"label": "Kosten-Stelle <ü>", "entity": "contract", "field": "c_cost_1", "unassigned": "Ohne"},
        ],
        "thresholds": {"days": 45},
    }
)
MODEL = "openai:example <b>"
HOSTILE = (
    "<script>alert(1)</script> [a](javascript:alert(1)) \u202egnp.exe \u200b\ud800\x00\x1b[31m \U000e0041 ]]> {{ 7*7 }}"
)
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


class Hostile:
    """Writes what would break a page; of each four conversations, the last two try to write to Torii."""

    def __init__(self, number: int) -> None:
        self._tries = number // 2 % 2 == 1

    async def turn(self, messages, tools):
        if messages[-1].role == "tool" or not self._tries:
            return Turn(DECLINED, usage=Usage(1200, 80, Decimal("0.0125")))
        calls = (
            ModelCall("1", "list_apps", {}),
            ModelCall("2", "update_app", {"name": HOSTILE}),
            ModelCall("3", HOSTILE, HOSTILE),
        )
        return Turn(HOSTILE, calls)


@pytest.fixture(scope="session")
def eval_run(library, tmp_path_factory) -> Path:
    """The record of a run of the reference analyst and of a model that is hostile."""
    folder, numbers = tmp_path_factory.mktemp("eval") / "run", count()
    setup = EvalSpec(("connection_apps", "authority"), ("reference", MODEL), repeats=2)
    run = EvalRun(library, setup, plan(library, setup), {MODEL: lambda: Hostile(next(numbers))}, folder)
    # In a thread: where a browser is open, this one already has a loop.
    with start_blocking_portal() as portal:
        assert portal.call(run.go, Limits(), lambda _: None, lambda _: None) == ""
    return folder


def page_of_run(recorded: Recorded, folder: Path, **statistics) -> str:
    """The HTML report on a run, with its own page."""
    page = page_of(recorded, [folder], lambda: statistics)
    return html_report.write(replace(report_of(run_result(recorded)), page=page))


@pytest.fixture(scope="session")
def report_html(eval_run) -> str:
    recorded = read_record(eval_run)
    return page_of_run(recorded, eval_run, statistics=groups(recorded))


# Open for one file only: as long as it is, no other test of this process can run a loop.
@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the test dependency playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    # A name that is not localhost, so that the page is served without the privileges of a secure origin.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    arguments.append("--host-resolver-rules=MAP intranet.test 127.0.0.1")
    with playwright.sync_playwright() as chromium:
        launched = chromium.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@contextmanager
def opening(browser, page_file):
    """Opens the page as new visitors do; at the end, nothing may have been fetched, refused or thrown."""
    contexts, wrong = [], []

    def watch(page):
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if request.is_navigation_request() else wrong.append(request.url))

    def open_(fragment: str = "", file: Path = page_file, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(file.as_uri() + fragment)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def open_page(browser, page_file):
    with opening(browser, page_file) as open_:
        yield open_
