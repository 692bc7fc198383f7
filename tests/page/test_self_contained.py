"""Every page of ours as a file: it loads nothing, and runs nothing but its own scripts."""

import base64
import hashlib
import re

import pytest


@pytest.fixture(params=["html", "report_html"])
def page(request) -> str:
    return request.getfixturevalue(request.param)


def test_the_policy_allows_the_inline_code_by_its_hash_and_nothing_else(page):
    def hashes(tag):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        return [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in inline]

    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1).replace("&#39;", "'")
    assert policy.split("; ") == [
        "default-src 'none'",
        "script-src " + " ".join(hashes("script")),
        "style-src " + hashes("style")[0],
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ]
    assert len(hashes("script")) >= 1


@pytest.mark.parametrize("pattern", [r"\ssrc=", r"<link\b", r"<iframe", r"@import", r"url\(", r"\son\w+=", r"\sstyle="])
def test_the_page_refers_to_nothing_outside(pattern, page):
    assert re.findall(pattern, page) == []


def test_every_link_stays_on_the_page(page):
    assert {href for href in re.findall(r'href="([^"]*)"', page) if not href.startswith("#")} == set()


def test_every_id_is_there_once_and_every_reference_has_one(page):
    page = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert sorted(ids) == sorted(set(ids))
    for attribute in ("for", "aria-labelledby", "form", "data-copy"):
        assert set(re.findall(rf'\s{attribute}="([^"]*)"', page)) - set(ids) == set()
