"""The service of views on a local Torii: every view, in the shape of its schema and small enough; rows in pages."""

import anyio
import pytest
from anyio.from_thread import start_blocking_portal
from jsonschema import Draft202012Validator

from promptkit.answering.view_tools import ANSWER_VIEW, FIND_VIEW, NEXT_ROWS, VIEW_TOOLS
from promptkit.connection.open_session import open_session
from promptkit.errors import PromptkitError
from promptkit.library.store import Library, default_root
from promptkit.model import DEFAULT_PROFILE
from promptkit.views.pages import MAX_BYTES, size_of
from promptkit.views.service import ViewService
from tests.builders import write_to

NEEDED = {
    "app_dossier": {"app": "Slack"},
    "field_drift": {"approved_coverage": "95"},
    "organizational_drilldown": {"value": "Finance"},
    "vendor_dossier": {"vendor": "Atlassian"},
    "what_changed": {"since": "2026-10-01"},
}
SCHEMAS = {name: Draft202012Validator(tool["outputSchema"]) for name, tool in VIEW_TOOLS.items()}


@pytest.fixture(scope="module")
def ask(library):
    """Makes a request of one service, as the caller ann unless another is named."""
    service = ViewService(library, "local", DEFAULT_PROFILE)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(service.running()):

        def make(request, *given, caller="ann"):
            return portal.call(getattr(service, request), *given, caller)

        yield make


def followed(ask, table):
    """All rows of a table, by way of its cursors."""
    rows, cursor = list(table["rows"]), table.get("next")
    while cursor:
        page = ask("next_rows", cursor)
        SCHEMAS[NEXT_ROWS].validate(page.data)
        assert max(size_of(page.text), size_of(page.data)) <= MAX_BYTES
        rows, cursor = rows + page.data["rows"], page.data.get("next")
    return rows


@pytest.mark.parametrize("name", Library(default_root()).prompt_names())
def test_every_view_is_answered_in_the_shape_of_the_schema_and_small_enough(ask, name):
    result = ask("answer", name, NEEDED.get(name, {}))
    SCHEMAS[ANSWER_VIEW].validate(result.data)
    assert (result.data["name"], result.data["status"]) == (name, "complete")
    assert max(size_of(result.text), size_of(result.data)) <= MAX_BYTES
    assert result.text.rstrip().endswith(result.data["stamp"])


@pytest.mark.parametrize("name", ["renewal_calendar", "notice_deadlines", "digest", "vendors", "portfolio_overview"])
def test_the_rows_after_those_that_were_asked_for_are_those_of_an_answer_with_all(ask, name):
    few, all_ = ask("answer", name, {"rows": 2}), ask("answer", name, {"rows": 500})
    assert any("next" in table for table in few.data["tables"])
    for cut, whole in zip(few.data["tables"], all_.data["tables"], strict=True):
        assert len(cut["rows"]) <= 2
        assert followed(ask, cut) == whole["rows"]
        assert cut["total_rows"] == len(whole["rows"])


def test_a_cut_table_says_in_the_text_how_it_goes_on(ask):
    result = ask("answer", "vendors", {"rows": 2})
    (table,) = result.data["tables"]
    assert f"and {table['total_rows'] - 2} more: next_rows with the cursor {table['next']}\n" in result.text
    page = ask("next_rows", table["next"])
    assert page.text.startswith("## Vendors\n| vendor |")
    assert page.data["heading"] == "Vendors"


def test_a_cursor_may_be_used_again_and_only_by_its_caller(ask):
    cursor = ask("answer", "vendors", {"rows": 2}).data["tables"][0]["next"]
    assert ask("next_rows", cursor) == ask("next_rows", cursor)
    with pytest.raises(PromptkitError, match="unknown-cursor"):
        ask("next_rows", cursor, caller="bob")


@pytest.mark.parametrize("name", ["external_access", "offboarding_leftovers"])
def test_rows_of_a_table_about_those_of_another_one_go_on_with_the_same_figures(ask, name):
    """In these views more rows mean more people, and so other figures for each app: none may be read anew."""
    apps, people = ask("answer", name, {"rows": 2}).data["tables"]
    rows = followed(ask, apps)
    assert len(rows) == apps["total_rows"] > 2
    assert rows[:2] == apps["rows"]
    assert len(people["rows"]) == 2


def test_no_more_rows_are_offered_where_they_would_mean_other_figures(ask):
    result = ask("answer", "widely_used_apps", {"min_users": 0, "rows": 2})
    assert "next" not in result.data["tables"][0]
    assert "and 54 more: call answer_view again, with more rows" in result.text


def test_rows_that_would_not_go_on_from_those_given_are_refused(library):
    async def after_a_change():
        async with open_session(library, "local") as opened:
            service = ViewService(library, opened, DEFAULT_PROFILE)
            async with service.running():
                first = await service.answer("renewal_calendar", {"rows": 2}, "ann")
                write_to(opened.torii, "UPDATE contracts SET name = 'Renamed ' || name")
                await service.next_rows(first.data["tables"][0]["next"], "ann")

    with pytest.raises(PromptkitError, match="its data has changed") as caught:
        anyio.run(after_a_change)
    assert caught.value.problems[0].code == "changed-rows"


def test_words_mean_what_they_mean_on_the_day_of_the_tenant(ask):
    result = ask("answer", "renewal_calendar", {"days": "next quarter", "rows": "3"})
    assert result.data["arguments"] == {"days": "2027-01-01 to 2027-03-31", "rows": 3}
    assert result.data["evidence"]["As of"] == "2026-11-02 (UTC)"


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [("renewals", {}, "near it: .*renewal_calendar"), ("vendors", {"row": 3}, "it has: rows; write rows")],
)
def test_what_is_unknown_is_said_with_what_is_near(ask, name, given, told):
    with pytest.raises(PromptkitError, match=told):
        ask("answer", name, given)


def test_found_views_are_few_small_and_in_the_shape_of_the_schema(library):
    service = ViewService(library, "local", DEFAULT_PROFILE)
    result = service.find("apps users spend contracts renewals licences owners admins")
    SCHEMAS[FIND_VIEW].validate(result.data)
    assert max(size_of(result.text), size_of(result.data)) <= 8_000
    assert result.data["views"][0]["name"] in result.text


def test_a_pack_is_found_with_its_views_in_order(library):
    result = ViewService(library, "local", DEFAULT_PROFILE).find("quarterly review")
    SCHEMAS[FIND_VIEW].validate(result.data)
    assert [pack["title"] for pack in result.data["packs"]] == ["Quarterly review for the leadership"]
    assert "\n\nFor the occasion Quarterly review for the leadership: answer data_quality_gate, " in result.text


def test_where_no_view_fits_the_groups_are_named(library):
    result = ViewService(library, "local", DEFAULT_PROFILE).find("what is the weather in Berlin")
    assert (result.data, "renewals, risk, spend" in result.text) == ({"views": []}, True)


def test_a_view_that_takes_longer_than_a_request_says_so_until_it_is_there(library):
    service = ViewService(library, "local", DEFAULT_PROFILE, max_wait_seconds=0)

    async def until_done(request, *given):
        results = [await request(*given, "ann")]
        while "still being read" in results[-1].text:
            await anyio.sleep(0.01)
            results.append(await request(*given, "ann"))
        return results[0], results[-1]

    async def run():
        async with service.running():
            begun, done = await until_done(service.answer, "renewal_calendar", {"rows": 2})
            cursor = done.data["tables"][0]["next"]
            return begun, done, *await until_done(service.next_rows, cursor), cursor

    begun, done, rows_begun, rows_done, cursor = anyio.run(run)
    SCHEMAS[ANSWER_VIEW].validate(begun.data)
    assert (begun.data["status"], begun.data["tables"], done.data["status"]) == ("reading", [], "complete")
    assert begun.data["evidence"]["Gaps"].endswith("Call answer_view again with the same arguments for the rest.")
    SCHEMAS[NEXT_ROWS].validate(rows_begun.data)
    assert (rows_begun.data["rows"], rows_begun.data["next"]) == ([], cursor)
    assert len(rows_done.data["rows"]) > 2
