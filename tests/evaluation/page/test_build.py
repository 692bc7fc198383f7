"""The page of an eval: what it says, what it never says, and how it looks and works in a browser."""

import re
from dataclasses import replace

import pytest

from promptkit.commands.evaluate import run_merge
from promptkit.commands.report import Outputs
from promptkit.errors import PromptkitError
from promptkit.evaluation.records.record import read_record
from promptkit.evaluation.statistics import groups
from promptkit.reports.files import ReportFiles
from tests.evaluation.page.hostile import MODEL, page_of_run

LOOKS = [((360, 740), "light"), ((1280, 900), "dark")]
PROGRAM = "no language model, and no evidence about one"


@pytest.fixture(scope="module")
def page_file(report_html, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html, "utf-8")
    return path


def words(html):
    return " ".join(re.sub(r"<[^>]*>", "", html.partition("<body>")[2]).split())


def test_a_language_model_has_a_rate_with_its_bound_and_a_program_has_none(report_html):
    (row,) = re.findall(r"<tr>(?:(?!</tr>).)*#s\d+\">authority.*?</tr>", report_html, re.DOTALL)
    assert words("<body>" + row).endswith("12 of 22 54.5&nbsp;% 75.6&nbsp;% 45&nbsp;%")
    assert PROGRAM in report_html


def test_no_rate_is_counted_of_a_program(eval_run):
    assert {group.model for group in groups(read_record(eval_run))} == {MODEL}


def test_a_run_of_programs_alone_says_so_and_shows_no_rate(library, eval_run):
    recorded = read_record(eval_run)
    header = replace(recorded.header, setup=replace(recorded.header.setup, models=("reference",)))
    results = [result for result in recorded.results if result.model == "reference"]
    html = page_of_run(replace(recorded, header=header, results=results), eval_run)
    assert "No language model was run." in html
    assert not {"At most", "pass^k"} & set(re.findall(r"<th[^>]*>([^<]*)</th>", html))


def test_the_report_says_what_it_covers_and_what_it_does_not(report_html):
    text = words(report_html)
    order = [
        text.index(part) for part in ("The wire we own.", "Not a chat host.", "Torii's Read-only role", "the gate,")
    ]
    assert order == sorted(order)


@pytest.fixture(scope="module")
def replay_file(eval_run, tmp_path_factory):
    """The page of the same run as if its model's turns came from a cassette."""
    recorded = read_record(eval_run)
    results = [replace(one, replayed="scripted" if one.model == MODEL else "") for one in recorded.results]
    recorded = replace(recorded, header=replace(recorded.header, replayed="scripted"), results=results)
    path = tmp_path_factory.mktemp("replay") / "report.html"
    path.write_text(page_of_run(recorded, eval_run, statistics=groups(recorded)), "utf-8")
    return path


def test_a_replay_is_no_evidence_and_gets_no_rate(replay_file):
    text = words(replay_file.read_text("utf-8"))
    assert "28 samples were replayed from a cassette (origin: scripted); no model was asked" in text
    assert "12 of 22 a replay" in text
    assert "75.6" not in text


def test_text_of_models_and_tenants_can_do_nothing(report_html):
    assert report_html.count("<script>") == 1
    assert "openai:example &lt;b&gt;" in report_html
    assert "{{ 7*7 }}" in report_html
    assert not {"\u202e", "\u200b", "\ud800", "\x00", "\x1b", "\U000e0041"} & set(report_html)


def test_a_record_that_is_there_already_gives_the_page(eval_run, tmp_path, capsys):
    assert run_merge([eval_run], Outputs(files=ReportFiles(html=tmp_path / "report.html"))) == 1
    assert "This run cannot say that it was read-only" in (tmp_path / "report.html").read_text("utf-8")


def test_a_place_that_cannot_be_written_is_a_clear_error(eval_run, tmp_path, capsys):
    with pytest.raises(PromptkitError, match="unwritable"):
        run_merge([eval_run], Outputs(files=ReportFiles(html=tmp_path / "none" / "report.html")))


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=str)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(size, scheme, open_page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one, index) => { one.open = index < 6; })")
    assert [(one["id"], one["nodes"][0]["html"]) for one in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def visible_samples(page):
    return page.evaluate(
        "[...document.querySelectorAll('.sample')].filter((one) => one.getClientRects().length).length"
    )


def test_samples_are_filtered_by_verdict_without_a_script(open_page):
    page = open_page(java_script_enabled=False)
    page.check("#show-attempted")
    assert page.locator(".sample:visible").count() == 14


def test_a_search_and_a_link_into_a_sample(open_page):
    page = open_page()
    page.fill("#search", "Authority/3 example")
    assert visible_samples(page) == 2
    page.click("#attacks tbody a")
    # The browser tells the script of a new address a moment later.
    page.locator(".sample[open]").wait_for()
    assert page.input_value("#search") == ""
    assert page.locator(".sample[open]").count() == 1


def test_a_browser_shows_on_the_first_screen_that_no_model_was_asked(open_page, replay_file, eval_run):
    page = open_page(file=replay_file, viewport={"width": 360, "height": 740})
    notice = page.locator(".notice")
    assert "(origin: scripted); no model was asked" in notice.inner_text()
    assert notice.bounding_box()["y"] < 740
    of_the_model = sum(one.model == MODEL for one in read_record(eval_run).results)
    assert page.locator(".sample summary", has_text="(replayed, origin: scripted)").count() == of_the_model
