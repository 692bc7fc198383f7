"""The page's search: it ranks as `find_view` does, fills names in, marks words, and is used from the keyboard."""

import pytest

from promptkit.views.search import packs_found, search
from promptkit.views.search_index import build_index
from tests.page.samples import PROFILE
from tests.sources import ROOT

QUESTIONS = [
    line.split("|")[0].strip() for line in (ROOT / "tests/views/questions.txt").read_text("utf-8").splitlines()
]
ODD = [
    "",
    " ",
    "???",
    "Ümläut Müller GmbH",
    "R&D",
    "what's Slack's owner",
    "x" * 300,
    "constructor toString __proto__",
    "1,5",
    "renewals NEXT QTR and this year",
    "what renews in q1 2027",
    "what renewed last quarter",
]
PACKS = ["quarterly review", "show me the access reviews", "Monthly vendor review pack", "pack", "review"]


def visible(page):
    return page.eval_on_selector_all("#views a:visible", "links => links.map(link => link.hash)")


def test_the_page_finds_what_find_view_finds(open_page, prompts, library):
    page = open_page()
    ask = "questions => questions.map(findViews).map(({ hits, packs }) => ({ hits, packs }))"
    questions = [*QUESTIONS, *ODD, *PACKS]
    index = build_index(list(prompts.values()), PROFILE, packs=library.load_packs())
    found = page.evaluate(ask, questions)
    hits = [[{"view": hit.view, "filled": dict(hit.filled)} for hit in search(index, one)] for one in questions]
    packs = [packs_found(index, question) for question in questions]
    assert found == [{"hits": one, "packs": own} for one, own in zip(hits, packs, strict=True)]


@pytest.mark.parametrize(
    ("asked", "link"),
    [
        ("who owns Miro", "#app_dossier?app=Miro"),
        ("what does Finance use", "#organizational_drilldown?value=Finance"),
        ("What renews next quarter?", "#renewal_calendar?days=next+quarter"),
    ],
)
def test_a_name_in_a_question_is_filled_in_in_the_view_it_opens(asked, link, open_page):
    page = open_page()
    page.fill("#search", asked)
    assert any(one.startswith(link) for one in visible(page))
    page.click(f"#views a[href^='{link}']")
    assert page.locator("form:visible input[type=text]").first.input_value() in asked


def test_a_misspelt_name_is_filled_in_with_the_one_that_is_near(open_page):
    page = open_page()
    page.fill("#search", "who owns Slakc")
    assert "Filled in: Slakc. Is it Slack?" in page.locator("#views .filled:visible").all_inner_texts()
    page.fill("#search", "who owns Slack")
    assert "Filled in: Slack" in page.locator("#views .filled:visible").all_inner_texts()


def test_matches_are_marked_and_the_marks_go_with_the_question(open_page):
    page = open_page()
    page.fill("#search", "unused licenses")
    assert "licences" in page.locator("#views mark:visible").all_text_contents()
    page.fill("#search", "")
    assert page.locator("#views mark").count() == 0


def test_a_pack_is_found_by_its_title_and_stands_first(open_page):
    page = open_page()
    page.fill("#search", "quarterly review")
    assert visible(page)[0] == "#pack/quarterly_business_review"
    page.fill("#search", "")
    assert page.locator("#views [data-pack]:visible").count() == 0


@pytest.mark.parametrize("keys", ["/", "Control+k"])
def test_search_is_reached_from_the_keyboard(keys, open_page):
    page = open_page()
    page.keyboard.press(keys)
    assert page.evaluate("document.activeElement.id") == "search"
    assert page.input_value("#search") == ""


def test_arrows_walk_through_what_was_found_and_escape_starts_again(open_page):
    page = open_page()
    page.fill("#search", "renewals")
    first, second = visible(page)[:2]
    for key, there in [("ArrowDown", first), ("ArrowDown", second), ("ArrowUp", first)]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.hash") == there
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    assert page.input_value("#search") == ""


def test_a_slash_typed_into_a_field_stays_there(open_page):
    page = open_page("#app_dossier")
    page.locator("form:visible input").first.press("/")
    assert page.locator("form:visible input").first.input_value() == "/"
