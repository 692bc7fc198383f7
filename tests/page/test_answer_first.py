"""What the page shows before anybody copies: the sample answer, the way to an assistant, homes, packs and memory."""

import re
from urllib.parse import unquote

import pytest

from promptkit.commands.export_page import export_page
from promptkit.library.render import render
from promptkit.model import Company, Profile
from promptkit.page.brand import company_style
from promptkit.page.guide import load_guide, load_roles, next_views
from tests.browsers import opening, pasted

AMOUNTS = "Here the columns with amounts stand first."


@pytest.fixture(scope="session")  # Before the browser, whose library has an event loop of its own.
def exported(library, tmp_path_factory):
    """The page that everybody gets, with its sample answers."""
    folder = tmp_path_factory.mktemp("exported")
    profile = Profile.model_validate({"company": {"name": "Acme <Inc.>", "colour": "#ffcc00"}})
    export_page(library, folder, profile=profile, run=None)
    return folder / "index.html"


@pytest.fixture
def open_exported(browser, exported):
    with opening(browser, exported) as open_:
        yield open_


def test_a_view_shows_a_sample_answer_beside_its_form_filled_in_as_the_form_is(open_exported):
    page = open_exported("#renewal_calendar", viewport={"width": 1440, "height": 900})
    note = "#shows-renewal_calendar"
    assert (
        page.inner_text(note)
        == "From an invented company, not from your data. It is filled in as your form is. " + AMOUNTS
    )
    sample, form = page.locator("#sample-renewal_calendar").bounding_box(), page.locator(".form:visible").bounding_box()
    assert sample["x"] > form["x"] + form["width"]
    assert sample["y"] < 900
    assert page.is_hidden("#text-renewal_calendar")
    page.fill("#renewal_calendar-days", "30")
    told = "This sample does not change with your form. It shows: days next 90 days. From an invented company"
    assert page.inner_text(note).startswith(told)
    assert page.get_attribute(note, "class") == "notice"


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=str)
@pytest.mark.parametrize("name", ["renewal_calendar", "vendors", "savings_candidates", "licence_utilization"])
def test_every_column_of_money_is_in_sight(name, size, open_exported):
    page = open_exported(f"#{name}", viewport={"width": size[0], "height": size[1]})
    cut = page.eval_on_selector_all(
        f"#sample-{name} .scroll",
        """boxes => boxes.flatMap((box) => [...box.querySelectorAll("td.number")]
            .filter((cell) => /[.]\\d\\d$/.test(cell.textContent))
            .filter((cell) => cell.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
            .map((cell) => cell.textContent))""",
    )
    assert cut == []


def test_column_heads_are_words(open_exported):
    page = open_exported("#renewal_calendar")
    heads = page.locator("#sample-renewal_calendar th button").all_inner_texts()
    assert "End date" in heads
    assert [head for head in heads if "_" in head] == []


def test_a_link_opens_an_assistant_with_exactly_the_prompt(open_exported, library):
    page = open_exported("#connection_apps")
    link = page.get_attribute("#view-connection_apps a[data-open*=chatgpt]", "href")
    assert unquote(link.removeprefix("https://chatgpt.com/?q=")) == render(library.load_prompt("connection_apps"))


def test_a_prompt_too_long_for_a_link_is_copied_and_the_assistant_opened_without_it(open_exported, library):
    limit = load_guide().link_limit
    page = open_exported()
    for name in library.prompt_names():
        page.evaluate("name => { location.hash = name; }", name)
        page.wait_for_function("name => !document.getElementById(`view-${name}`).hidden", arg=name)
        for link in page.eval_on_selector_all(f"#view-{name} a[data-open]", "links => links.map(link => link.href)"):
            assert len(link) <= limit


def test_a_prompt_that_a_link_opens_is_copied_too(open_exported, library):
    page = open_exported("#connection_apps")
    page.evaluate("document.addEventListener('click', (event) => event.preventDefault())")
    page.click("#view-connection_apps a[data-open*=claude]")
    page.locator("#status:not(:empty)").wait_for()
    assert pasted(page)[0] == render(library.load_prompt("connection_apps"))


def test_an_incomplete_prompt_opens_nothing(open_exported):
    page = open_exported("#vendor_dossier")
    page.click("#view-vendor_dossier a[data-open*=claude]")
    assert page.evaluate("document.activeElement.id") == "vendor_dossier-vendor"
    assert len(page.context.pages) == 1


def test_a_period_is_chosen_with_one_click(open_exported):
    page = open_exported("#renewal_calendar")
    page.click("#renewal_calendar-days-presets >> text=next quarter")
    assert page.input_value("#renewal_calendar-days") == "next quarter"
    assert re.search(r"from 20\d\d-\d\d-01 to 20\d\d-\d\d-3[01]", page.text_content("#text-renewal_calendar"))


@pytest.mark.parametrize("typed", ["1,5", "1.000", "1e2", "15 "])
def test_a_number_that_is_no_whole_number_is_an_error_and_not_another_number(typed, open_exported):
    page = open_exported("#connection_apps")
    page.fill("#connection_apps-rows", typed)
    assert page.inner_text("#connection_apps-rows-error").startswith("This needs a whole number")
    assert page.text_content("#text-connection_apps") == ""


def test_a_role_has_its_own_home_and_is_remembered(open_exported):
    page = open_exported()
    page.click("[data-role=finance]")
    assert page.locator("#cards a").first.get_attribute("href") == "#spend_trend"
    assert page.locator("#cards .bars rect").count() > 12
    page.reload()
    assert page.get_attribute("[data-role=finance]", "aria-pressed") == "true"


def test_starred_saved_and_recent_views_are_on_the_home_page(open_exported):
    page = open_exported("#renewal_calendar")
    page.click("#star-renewal_calendar")
    page.fill("#renewal_calendar-days", "next 30 days")
    page.click("#save-renewal_calendar")
    page.goto(page.url.partition("#")[0])
    page.reload()
    links = page.eval_on_selector_all("#chips a", "links => links.map(link => link.hash)")
    assert links == ["#renewal_calendar", "#renewal_calendar?days=next+30+days&rows=25"]
    page.click("#forget")
    assert page.is_hidden("#yours")


@pytest.mark.parametrize(
    "kept", ["{", "7", '{"a": 1}', '[{"name": "vendors", "link": "https://example.com"}, null, 3]']
)
def test_what_others_wrote_into_the_browser_s_memory_does_no_harm(kept, open_exported):
    page = open_exported()
    page.evaluate("text => { for (const name of ['favourites', 'recent', 'saved', 'theme', 'role', 'checklist'])"
                  " localStorage.setItem(`promptkit-${name}`, text); }", kept)  # fmt: skip
    page.reload()
    assert page.is_hidden("#yours")
    assert page.locator("#cards a").count() > 3


def test_a_pack_is_copied_view_by_view(open_exported, library):
    page = open_exported("#pack/monthly_vendor_review")
    page.click("#pack-monthly_vendor_review >> text=Copy prompt 1")
    page.locator("#status:not(:empty)").wait_for()
    assert page.text_content("#status").startswith("Prompt 1 of 5 copied.")
    assert pasted(page)[0] == render(library.load_prompt("vendors"))
    assert page.evaluate("document.activeElement.textContent") == "Copy prompt 2"
    assert page.locator("[data-copied]").all_inner_texts() == ["Copy prompt 1"]


def test_light_and_dark_can_be_chosen(open_exported):
    page = open_exported(color_scheme="light")
    page.select_option("#theme", "dark")
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_on_a_phone_copy_is_always_within_reach(open_exported):
    page = open_exported("#renewal_calendar", viewport={"width": 390, "height": 844})
    for place in (0, 2000):
        page.evaluate("y => window.scrollTo(0, y)", place)
        box = page.locator("#view-renewal_calendar >> text=Copy prompt").bounding_box()
        assert box["y"] + box["height"] <= 844
    assert page.is_visible("#search")


def test_a_slash_goes_to_the_search_and_arrows_into_what_it_found(open_exported):
    page = open_exported()
    page.keyboard.press("/")
    page.keyboard.type("renew")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.hash") == "#renewal_calendar"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "search"
    assert page.input_value("#search") == ""


def test_a_view_prints_with_its_sample_and_the_home_page_with_every_view(open_exported):
    page = open_exported("#renewal_calendar")
    page.emulate_media(media="print")
    assert page.is_visible("#sample-renewal_calendar th >> text=End date")
    page.set_viewport_size({"width": 690, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    page.goto(page.url.partition("#")[0])
    page.emulate_media(media="screen")
    page.fill("#search", "renew")
    page.emulate_media(media="print")
    assert page.locator("#views li:visible").count() == page.locator("#views li").count()


def test_the_company_s_name_is_shown_as_text(open_exported):
    assert open_exported().inner_text(".brand") == "Acme <Inc.> views"


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffcc00", "#0a6650", "#ff0000", "#808080"])
def test_every_colour_of_a_company_can_be_read(colour, open_exported):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    style = str(company_style(Company(name="Acme", colour=colour)))
    page = open_exported("#renewal_calendar")
    page.evaluate("text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);"
                  " document.adoptedStyleSheets = [sheet]; }", style)  # fmt: skip
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = axe.run(page, context=["header", "#view-renewal_calendar"], options={"runOnly": ["color-contrast"]})
        assert [one["id"] for one in found.response["violations"]] == []


def test_every_view_that_a_role_or_a_next_step_names_is_there(library):
    prompts = library.load_prompts()
    names = {prompt.name for prompt in prompts}
    assert {name for role in load_roles().values() for name in role.first} - names == set()
    assert [name for name, following in next_views(prompts).items() if not following] == []
    offered = {name for role in load_roles().values() for name in role.views(prompts)}
    assert {prompt.name for prompt in prompts if prompt.group not in {"connection", "quality", "operations"}} <= offered
