"""Dashboards for people who read German: what we say is German, and what the answer says stays as it is."""

import re

import pytest

from promptkit.dashboard.build import build_dashboard
from promptkit.dashboard.index import IndexEntry, State, build_index
from promptkit.dashboard.last_good import DashboardFile
from promptkit.language import KEYS
from promptkit.reports.words import IN_ENGLISH
from tests.dashboard.answers import answer, partial


def english_in(shown, words):
    """The texts of ours that are shown in English."""
    blank = re.compile(r"%\(\w+\)s")
    known = [text for text, own in words.texts.items() if own != text and len(blank.sub("", text)) > 12]
    return [text for text in known if re.search(".{1,30}?".join(map(re.escape, blank.split(text))), shown)]


@pytest.mark.parametrize("view", ["renewal_calendar", "spend_trend"])
def test_a_german_dashboard_says_nothing_of_ours_in_english(view, open_dashboard, answers, german):
    one = answers[view] | {"status": "partial"}
    page = open_dashboard(one, usual=german)
    heads = page.locator("dt").all_inner_texts()
    shown = page.inner_text("body") + str(page.get_attribute("#rows", "placeholder"))
    assert english_in(shown, german.words) == []
    assert page.get_attribute("html", "lang") == "de"
    assert page.inner_text("h1") == page.title() == german.words.texts[one["title"]]
    assert [label for label in KEYS.values() if label in heads] == []
    assert set(german.words.labels.model_dump().values()) >= set(heads[-len(one["evidence"]) :])
    assert re.search(r"\d\.\d{3},\d\d", shown)


def test_an_app_for_german_people_waits_in_german(german):
    held = build_dashboard(None, german, texts=["What software do we have?"])
    assert "Wartet auf den Assistenten." in held
    assert "Welche Software haben wir?" in held


def test_an_english_dashboard_carries_no_words_of_other_languages():
    assert 'id="words"' not in build_dashboard(answer())


def test_a_german_index_says_nothing_of_ours_in_english(german):
    money = [{"name": "spend", "key": "EUR", "type": "money", "value": 1234.5}]
    entries = [
        IndexEntry("portfolio_overview", "What software do we have?", State.FRESH, answer(totals=money)),
        IndexEntry("app_dossier", "What do we know about one app?", State.NEEDS, None, "app", "promptkit answer"),
    ]
    source = "the local Torii, whose data are invented"
    index = build_index({"What we have": entries}, source=source, at="2026-11-27 07:00 (UTC)", spoken=german)
    assert english_in(re.sub(r"<style>.*?</style>", "", index, flags=re.DOTALL), german.words) == []
    for said in ("Was wir haben", "Aktuell", "Braucht: app", "spend 1.234,50 EUR", "1 von 2 Ansichten sind aktuell"):
        assert said in index


def test_a_last_good_german_dashboard_says_in_german_why_it_is_kept(tmp_path, german):
    file = DashboardFile(tmp_path / "apps.html", "apps", answer()["evidence"]["Source"], german)
    file.refresh(answer(), "", "heute")
    notice = file.refresh(partial(), "403", "2026-11-28").notice
    assert notice == "Nicht aufgefrischt am 2026-11-28: 403. Die Zahlen sind die von 2026-11-01 (UTC)."
    assert notice in file.path.read_text("utf-8")
    assert IN_ENGLISH.words.said("an unknown day") == "an unknown day"
