"""The dashboard as a file: it has its answer, loads nothing, and runs nothing but its own script."""

import base64
import hashlib
import html
import json
import re

import jsonschema
import pytest

from promptkit.answering.view_tools import ANSWER_VIEW, NEXT_ROWS, VIEW_TOOLS
from promptkit.dashboard.build import build_dashboard
from tests.sources import ROOT

LIMIT_BYTES = {"file": 350 * 1024, "app": 850 * 1024}


@pytest.fixture(params=["file", "app"])
def kind(request):
    return request.param


@pytest.fixture
def page(kind, answers):
    return build_dashboard(answers["renewal_calendar"] if kind == "file" else None)


def markup(page):
    """The page without what is in its script and style."""
    return re.sub(r"(<(script|style)\b[^>]*>).*?(</\2>)", r"\1\3", page, flags=re.DOTALL)


def test_the_policy_allows_the_inline_code_by_its_hash_and_nothing_else(page):
    def sha256(opened, tag):
        (inline,) = re.findall(rf"{opened}(.*?)</{tag}>", page, re.DOTALL)
        return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"

    policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1))
    assert policy.split("; ") == [
        "default-src 'none'",
        "script-src " + sha256('<script type="module">', "script"),
        "style-src " + sha256("<style>", "style"),
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ]


@pytest.mark.parametrize("pattern", [r"\ssrc=", r"\shref=", r"<link\b", r"<iframe", r"\son\w+=", r"\sstyle="])
def test_the_page_refers_to_nothing_outside(pattern, page):
    assert re.findall(pattern, markup(page)) == []


def test_the_page_is_small(page, kind):
    assert len(page.encode()) < LIMIT_BYTES[kind]


def test_the_same_answer_gives_the_same_bytes(answers):
    assert build_dashboard(answers["vendors"]) == build_dashboard(answers["vendors"])


def test_the_answer_is_in_the_file_and_in_no_app(answers):
    answer = answers["renewal_calendar"]
    (held,) = re.findall(r'<script id="answer"[^>]*>(.*?)</script>', build_dashboard(answer), re.DOTALL)
    assert json.loads(held) == answer
    assert list(json.loads(held)["evidence"]) == list(answer["evidence"])
    assert 'id="answer"' not in build_dashboard(None)


def test_the_app_can_talk_to_a_host_and_a_file_cannot(answers):
    assert "McpApps" in build_dashboard(None)
    assert "McpApps" not in build_dashboard(answers["vendors"])


def test_a_notice_and_a_title_are_text(answers):
    answer = answers["vendors"] | {"title": "</title><script>alert(1)</script>"}
    page = build_dashboard(answer, notice="<img src=x onerror=alert(1)>")
    assert "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>" in page
    assert page.count("<script") == 2
    assert '<p class="notice">&lt;img src=x onerror=alert(1)&gt;</p>' in page


def test_what_is_drawn_is_what_the_tool_gives(answers):
    for answer in answers.values():
        jsonschema.validate(answer, VIEW_TOOLS[ANSWER_VIEW]["outputSchema"])


def test_the_app_calls_our_tools_and_no_others():
    own = (ROOT / "promptkit/dashboard/app.js").read_text("utf-8")
    assert set(re.findall(r'\bcall\("(\w+)"', own)) == {ANSWER_VIEW, NEXT_ROWS}
    assert own.count("callServerTool") == 1


def test_every_view_names_a_chart_or_says_why_there_is_none(answers):
    assert [name for name, answer in answers.items() if not answer.get("chart")] == []
    assert {answer["chart"]["type"] for answer in answers.values() if isinstance(answer["chart"], dict)} == {
        "bars",
        "lines",
        "shares",
    }


def test_a_chart_of_totals_says_what_they_are_for(answers):
    assert answers["ownership_gaps"]["chart"] == {"type": "bars", "totals": ["apps", "contracts"], "x": ["gap"]}
