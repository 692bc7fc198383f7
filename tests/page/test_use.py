"""What people do with the page, in real Chromium: find, fill in, copy, share, tick, print."""

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from promptkit.library.instructions import Variant, build_instructions
from promptkit.library.render import render
from tests.browsers import pasted
from tests.page.samples import PROFILE

CONTRACTS = "#connection_contracts"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def web_server(page_file):
    """The page behind a plain http address, where browsers give no clipboard object."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=page_file.parent)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://intranet.test:{server.server_port}/{page_file.name}"
        server.shutdown()


def says(page) -> str:
    page.locator("#status:not(:empty)").wait_for()
    return page.text_content("#status")


def test_copy_puts_exactly_the_rendered_text_on_the_clipboard(open_page, prompts):
    page = open_page(CONTRACTS)
    page.fill("#connection_contracts-days", "14")
    page.click("#view-connection_contracts >> text=Copy prompt")
    assert says(page) == "Prompt copied. Paste it into a chat in which Torii is switched on."
    assert pasted(page) == (render(prompts["connection_contracts"], {"days": 14}, PROFILE), ["text/plain"])


def test_copy_works_on_a_plain_http_address(open_page, web_server, prompts):
    page = open_page()
    page.goto(web_server + CONTRACTS)
    assert page.evaluate("[isSecureContext, navigator.clipboard === undefined]") == [False, True]
    page.click("#view-connection_contracts >> text=Copy prompt")
    says(page)
    assert pasted(page) == (render(prompts["connection_contracts"], {"days": 45}, PROFILE), ["text/plain"])


def test_enter_in_the_form_copies(open_page):
    page = open_page(CONTRACTS)
    page.press("#connection_contracts-days", "Enter")
    assert says(page).startswith("Prompt copied.")


def test_an_incomplete_form_is_explained_and_not_copied(open_page):
    page = open_page("#every_type")
    page.click("#view-every_type >> text=Copy prompt")
    assert says(page) == "The prompt is not complete yet. Correct the marked field."
    assert page.evaluate("document.activeElement.id") == "every_type-team"
    assert page.get_attribute("#every_type-team", "aria-invalid") == "true"
    assert page.inner_text("#every_type-team-error") == "This needs one line of text, up to 200 characters."
    assert page.is_visible("#waiting-every_type")


def test_fields_that_nobody_has_touched_are_not_marked(open_page):
    page = open_page("#every_type")
    page.fill("#every_type-days", "9999")
    assert page.inner_text("#every_type-days-error") == "This needs a whole number from -5 to 4000."
    assert page.is_hidden("#every_type-team-error")


def test_going_back_to_the_usual_values_marks_nothing(open_page):
    page = open_page("#every_type?days=9999")
    assert page.get_attribute("#every_type-team", "aria-invalid") == "true"
    page.click("#defaults-every_type")
    assert page.locator("#form-every_type [aria-invalid]").count() == 0


def test_the_address_holds_the_filled_form_and_opens_it_again(open_page):
    page = open_page("#every_type")
    page.fill("#every_type-team", 'R&D = "ü"')
    page.fill("#every_type-until", "2026-05-01")
    page.select_option("#every_type-kind", "b")
    page.uncheck("#every_type-deep")
    page.select_option("#every_type-slice", "Kosten-Stelle <ü>")
    link, text = page.evaluate("location.href"), page.text_content("#text-every_type")
    page.click("#link-every_type")
    says(page)
    assert pasted(page) == (link, ["text/plain"])
    page.goto("about:blank")
    page.goto(link)
    assert page.text_content("#text-every_type") == text


def test_an_untouched_view_has_a_short_address(open_page):
    page = open_page(CONTRACTS)
    page.fill("#connection_contracts-days", "46")
    page.fill("#connection_contracts-days", "45")
    assert page.evaluate("location.hash") == CONTRACTS


def test_a_link_with_values_that_do_not_fit_is_shown_with_the_usual_ones(open_page):
    page = open_page("#every_type?kind=zzz&since=never&mode=a&extra=1&__proto__=1")
    assert says(page) == "Part of this link does not fit the view. Look through the form before you copy."
    assert page.input_value("#every_type-since") == "2026-01-31"
    assert page.input_value("#every_type-mode") == "fast"


@pytest.mark.parametrize("fragment", ["#nothing_like_this", "#__proto__", "#constructor?x=1", "#%E0%A4%A"])
def test_an_unknown_link_shows_all_views(fragment, open_page):
    page = open_page(fragment)
    assert says(page) == "This page has no such view. Here are all of them."
    assert page.inner_text("h1:visible") == "What do you want to know about your software?"


def test_a_link_with_an_old_name_opens_the_view(open_page):
    assert open_page("#old_name").inner_text("h1:visible") == 'Every kind of "blank" & <b>hostile</b> text?'


def test_the_usual_values_come_back(open_page):
    page = open_page(f"{CONTRACTS}?days=3")
    page.click("#defaults-connection_contracts")
    assert page.input_value("#connection_contracts-days") == "45"
    assert page.evaluate("location.hash") == CONTRACTS


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("contracts that renew", "#renewal_calendar"),
        ("expire", "#renewal_calendar"),
        ("DUPLICATE apps", "#overlap_candidates"),
        ("hostile text", "#every_type"),
    ],
)
def test_search_finds_views_by_business_words(words, found, open_page):
    page = open_page()
    page.fill("#search", words)
    assert found in page.eval_on_selector_all("#views a:visible", "links => links.map(link => link.hash)")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("renews next quarter", "#renewal_calendar"),
        ("what renews next quarter and what is it worth", "#renewal_calendar"),
        ("who left and still costs us licences", "#offboarding_leftovers"),
        ("what does the Finance department use", "#organizational_drilldown"),
        ("is our software spending rising", "#spend_trend"),
        ("a list for our vendor review", "#vendors"),
    ],
)
def test_a_question_in_own_words_puts_its_view_first(words, found, open_page):
    page = open_page()
    page.fill("#search", words)
    assert found == page.locator("#views a:visible").first.evaluate("link => link.hash.split('?')[0]")


def test_an_emptied_search_shows_all_views_in_their_order(open_page):
    page = open_page()
    before = page.inner_text("#views")
    page.fill("#search", "spend")
    page.fill("#search", "")
    assert page.inner_text("#views") == before


def test_what_was_said_goes_with_the_page_it_was_said_on(open_page):
    page = open_page(CONTRACTS)
    page.click("#link-connection_contracts")
    assert says(page).startswith("Link copied. It works for people who find this file in the same place")
    page.click("#view-connection_contracts >> text=All views")
    page.locator("#home:visible").wait_for()
    assert page.text_content("#status") == ""


@pytest.mark.parametrize("act", [lambda page: page.mouse.wheel(0, 40), lambda page: page.keyboard.press("Shift")])
def test_what_was_said_makes_way_for_whatever_comes_next(act, open_page):
    page = open_page(CONTRACTS)
    page.click("#link-connection_contracts")
    says(page)
    act(page)
    page.wait_for_function("() => document.getElementById('status').textContent === ''")


def test_a_link_opens_its_view_at_the_top(open_page):
    page = open_page("#workflow_health")
    assert page.evaluate("scrollY") == 0


def test_enter_in_the_search_opens_the_first_view_found(open_page):
    page = open_page()
    page.fill("#search", "hostile text")
    assert page.inner_text("#found") == "1 view found"
    page.press("#search", "Enter")
    assert page.evaluate("location.hash") == "#every_type"


def test_a_search_without_result_offers_all_views(open_page):
    page = open_page()
    page.fill("#search", "zzzz zzz zzzzz zz")
    assert page.inner_text("#nothing") == "No view fits. Ask in other words, or see all views."
    page.click("#clear")
    assert page.is_hidden("#nothing")
    assert page.evaluate("document.activeElement.id") == "search"


def test_the_main_path_needs_no_mouse(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.focus("#search")
    page.keyboard.type("hostile text")
    page.keyboard.press("Enter")
    page.wait_for_selector("#view-every_type:not([redacted])")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    focused = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert focused.index("every_type-team") < focused.index("Copy prompt") < focused.index("link-every_type")


def test_the_browser_s_back_button_goes_back(open_page):
    page = open_page()
    page.click("a[href='#every_type']")
    page.click("nav.pages >> text=Set up")
    page.go_back()
    assert page.title() == 'Every kind of "blank" & <b>hostile</b> text? - Torii views, read-only'


@pytest.mark.parametrize("variant", list(Variant))
def test_instructions_are_copied_as_they_are_printed(variant, open_page, page_library):
    page = open_page("#setup")
    page.click(f"[data-copy='instructions-{variant}'] >> visible=true >> nth=0")
    assert says(page).endswith("copied.")
    assert pasted(page)[0] == build_instructions(page_library, variant)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("connection_apps", "Which apps in Torii have more than 100 users?"),
        ("connection_contracts", "Show me contracts renewing in the next 60 days."),
        ("connection_workflows", "List workflows that ran in the last 7 days."),
    ],
)
def test_validation_questions_are_those_of_the_guide(name, question, open_page):
    page = open_page("#setup")
    page.click(f"[data-copy='question-{name}']")
    says(page)
    assert pasted(page)[0] == question


def test_a_link_into_the_setup_opens_at_its_section(open_page):
    page = open_page("#setup/validate")
    assert page.evaluate("document.activeElement.id") == "setup-validate"
    page.wait_for_selector("nav a[aria-current=location][href='#setup/validate']")


def test_the_checklist_remembers_its_ticks(open_page):
    page = open_page("#setup")
    page.check("#checklist input[value=role]")
    assert page.inner_text("#done") == "1 of 6 done"
    page.reload()
    assert page.is_checked("#checklist input[value=role]")
    page.click("#untick")
    page.reload()
    assert page.inner_text("#done") == "0 of 6 done"


def test_a_browser_that_keeps_nothing_says_so(open_page):
    page = open_page()
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})")
    page.goto("about:blank")
    page.go_back()
    page.click("nav.pages >> text=Set up")
    page.check("#checklist input[value=role]")
    assert page.inner_text("#forgets").startswith("This browser keeps nothing for this page")


def test_the_setup_prints_with_its_checklist_and_without_buttons(open_page):
    page = open_page("#setup")
    page.emulate_media(media="print")
    assert page.is_visible("#checklist")
    assert page.is_visible("text=Step by step >> visible=true")
    assert page.locator("button:visible, nav:visible, #search:visible").count() == 0
    assert re.match(rb"%PDF", page.pdf())
