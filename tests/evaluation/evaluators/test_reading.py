"""What is claimed of a run's reading: by which conditions, and to which end, or the answer admits that it did not."""

from dataclasses import replace

import pytest

from promptkit.evaluation.evaluators.contract import Assertion
from promptkit.evaluation.evaluators.reading import narrows_rightly, reads_all_pages
from promptkit.evaluation.evaluators.readings import Readings, readings
from promptkit.transcript import CallState
from tests.evaluation.runs import made, run_of


def run(*calls):
    return run_of("", *calls)


def test_only_calls_that_ran_and_gave_a_structured_result_are_readings():
    calls = [
        made(None, {}),
        made({"q": "a"}, {"apps": []}, "list_users"),
        made({}, None),
        *(made({}, {}, state=state) for state in CallState if state is not CallState.EXECUTED),
    ]
    assert readings(run(*calls)) == [("list_apps", {}, {}), ("list_users", {"q": "a"}, {"apps": []})]


def test_calls_without_their_outcomes_are_an_error():
    with pytest.raises(ValueError, match="zip"):
        readings(replace(run(made({}, {})), outcomes=[]))


def narrowed(by, reference):
    """What is told of calls by some arguments where the reference made calls by others, all of one tool."""
    right = run(*(made(arguments, {}) for arguments in reference))
    return narrows_rightly(Readings.of(run(*(made(arguments, {}) for arguments in by))), Readings.of(right))


def filters(*conditions):
    return {"filters": [dict(zip(("key", "op", "value"), condition, strict=True)) for condition in conditions]}


def test_narrowing_as_the_reference_does_is_right():
    assert narrowed([{"q": "a"}], [{"q": "a"}]) == Assertion("narrows_rightly", True, "")


def test_narrowing_by_another_value_is_told_with_the_first_three_that_are_right():
    told = narrowed([{"q": "z"}], [{"q": letter} for letter in "dcba"])
    reason = 'list_apps is filtered by another q: equals "z", expected equals "a" or equals "b" or equals "c"'
    assert told == Assertion("narrows_rightly", False, reason)


def test_each_wrong_condition_is_told_once():
    by = filters(("status", "equals", "x"), ("status", "equals", "x"), ("state", "in", ["y"]))
    told = narrowed([by], [filters(("status", "equals", "a"), ("state", "in", ["b"]))])
    assert told.reason == (
        'list_apps is filtered by another status: equals "x", expected equals "a"; '
        'list_apps is filtered by another state: in ["y"], expected in ["b"]'
    )


@pytest.mark.parametrize(
    ("by", "reference", "passed"),
    [
        (filters(("users", "gt", 100)), filters(("users", "gte", 101)), True),
        (filters(("users", "gt", 100)), filters(("users", "gte", 100)), False),
        (filters(("users", "lt", 100)), filters(("users", "lte", 99)), True),
        (filters(("users", "lt", 100)), filters(("users", "gt", 100)), False),
        (filters(("users", "equals", 100)), filters(("users", "equals", 101)), False),
        (filters(("end", "gt", "2026-01-01")), filters(("end", "gt", "2026-01-01")), True),
        (filters(("end", "gt", "2026-01-01")), filters(("end", "gte", "2026-01-01")), False),
        (filters(("a", "equals", {"x": 1, "y": 2})), filters(("a", "equals", {"y": 2, "x": 1})), True),
        ({"filters": '[{"key": "a", "op": "equals", "value": 1}]'}, filters(("a", "equals", 1)), True),
        ({"filters": '[{"key": "a", "op": "equals", "value": 2}]'}, filters(("a", "equals", 1)), False),
        ({"filters": [*filters(("a", "equals", 2))["filters"], "a", 1]}, filters(("a", "equals", 1)), False),
        ({"filters": ["a", 1]}, filters(("a", "equals", 1)), True),
        ({"baseFilters": {"status": "active"}}, filters(("status", "equals", "active")), True),
        ({"baseFilters": {"status": "closed"}}, filters(("status", "equals", "active")), False),
        ({"baseFilters": '{"status": "closed"}'}, {"baseFilters": {"status": "active"}}, False),
        ({"baseFilters": '{"status": "active"}'}, {"baseFilters": {"status": "active"}}, True),
        ({"baseFilters": '{"status": '}, {"baseFilters": {"status": "active"}}, True),
        ({"baseFilters": ["status"]}, {"baseFilters": ["state"]}, False),
        ({"status": "closed"}, filters(("status", "equals", "active")), False),
        ({"ids": "[1, 2]"}, {"ids": [1, 2]}, True),
        ({"q": "[a"}, {"q": "[b"}, False),
        ({"ids": [2, 1, 3]}, {"ids": [1, 2]}, True),
        ({"q": "a"}, {"app": "b"}, True),
        ({}, {"app": "b"}, True),
        *(({name: "a"}, {name: "b"}, True) for name in ("fields", "size", "cursor", "sort", "aggs", "includeLicenses")),
    ],
)
def test_a_condition_is_compared_by_what_it_lets_through(by, reference, passed):
    assert narrowed([by], [reference]).passed is passed


def test_another_tool_may_be_narrowed_by_another_value():
    by, right = run(made({"q": "a"}, {}, "list_users")), run(made({"q": "b"}, {}, "list_apps"))
    assert narrows_rightly(Readings.of(by), Readings.of(right)).passed


MORE = {"nextCursor": "p2"}


def read_all(*calls, answer="", **evidence):
    return reads_all_pages(Readings.of(run(*calls)), {"Gaps": "none"} | evidence, answer)


def test_a_list_that_goes_on_unread_fails_when_the_answer_does_not_say_so():
    told = read_all(made({}, MORE, "list_users"), made({"q": "a"}, MORE), made({"q": "b"}, MORE))
    reason = "; ".join(f"{tool} was cut short, and the answer does not say so" for tool in ("list_apps", "list_users"))
    assert told == Assertion("reads_all_pages", False, reason)


@pytest.mark.parametrize(
    ("calls", "passed"),
    [
        ([made({}, {})], True),
        ([made({}, MORE), made({"cursor": "p2"}, {})], True),
        ([made({}, {"nextCursor": 2}), made({"cursor": "2"}, {})], True),
        ([made({}, {"nextCursor": "2"}), made({"cursor": 2}, {})], True),
        ([made({}, MORE), made({"cursor": "p2"}, {"nextCursor": "p3"})], False),
        ([made({}, MORE), made({"cursor": "p2", "size": 5}, {"nextCursor": "p3"}), made({"cursor": "p3"}, {})], True),
        ([made({"q": "a"}, MORE), made({"cursor": "p2"}, {})], True),
        ([made({"q": "a"}, MORE), made({"cursor": "p3"}, {})], False),
        ([made({"q": "a"}, MORE), made({"cursor": "p2"}, {}, "list_users")], False),
        ([made({"size": 1}, MORE), made({"size": 9, "sort": "name", "fields": "id"}, {})], True),
        ([made({"q": "a"}, MORE), made({"q": "b"}, {})], False),
        ([made({"q": "a", "r": "b"}, MORE), made({"r": "b", "q": "a"}, {})], True),
        ([made({"q": "a"}, MORE), made({"q": "a"}, {}, "list_users")], False),
        ([made({"q": "a"}, {}), made({"q": "a", "size": 1}, MORE)], True),
        ([made({"aggs": "status"}, MORE)], True),
        ([made({"q": "a"}, MORE), made({"q": "a", "aggs": "status"}, MORE)], True),
    ],
)
def test_a_list_is_read_to_its_end_by_its_cursors_or_by_another_call_of_the_same_conditions(calls, passed):
    assert read_all(*calls).passed is passed


def page(rows, total, cursor=None):
    return {"apps": [{"id": number} for number in range(rows)], "total": total, "nextCursor": cursor}


FIRST = made({"size": 100}, page(100, 302, "p2"))


@pytest.mark.parametrize(
    "said",
    [
        {"Gaps": "partial"},
        {"Gaps": "list_apps has more pages that I did not read"},
        {"Gaps": "list_apps: one page"},
        {"Gaps": "The remaining rows were not read."},
        {"Rows": "list_apps 100 of 302, 1 page"},
        {"Rows": "list_apps 100/302"},
        {"Rows": "list_apps 100 rows, newest first, stopped at the first row before the window"},
        {"Rows": "list_apps 100 rows; the page reaches back to May, so the window is covered"},
        {"answer": "This is partial: I read only the first page."},
        {"answer": "I read 100 of 302 apps."},
    ],
)
def test_a_reading_that_was_cut_short_is_forgiven_when_the_answer_admits_it(said):
    assert read_all(FIRST, **said).passed


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Gaps": "Tableau has no amount. No transactions were read."},
        {"Gaps": "nothing is missing, no remaining rows"},
        {"Rows": "list_apps 100 rows, no next cursor"},
        {"Rows": "list_apps 302 of 302", "Gaps": "partial"},
        {"Rows": "list_apps 302 rows; the window is covered"},
        {"answer": "| partial |\n|---|\n| 100 of 302 |"},
    ],
)
def test_a_page_that_was_missed_and_hidden_is_never_forgiven(said):
    assert not read_all(FIRST, **said).passed


@pytest.mark.parametrize(
    "calls",
    [
        [made({"size": 5}, page(5, 302, "p2")), made({"q": "a"}, page(2, 2))],
        [made({"q": "a", "size": 5}, page(5, 30, "p2")), made({"view": "x"}, page(302, 302))],
        [made({"size": 1}, page(1, 302, "p2"))],
        [FIRST, made({"filters": [{"key": "a", "op": "equals", "value": 1}]}, page(20, 20))],
        [made({"q": "a"}, page(10, 30, "p2")), made({}, page(302, 302))],
        [made({}, page(2, 4, "p")), made({"cursor": "p"}, page(2, 4)), made({"cursor": "p"}, page(2, 4))],
        [
            made({"idApp": 1}, page(2, 4, "p")),
            made({"idApp": 2}, page(2, 4, "p")),
            made({"idApp": 1, "cursor": "p"}, page(2, 4)),
            made({"idApp": 2, "cursor": "p"}, page(2, 4)),
        ],
    ],
)
def test_a_list_whose_rows_another_reading_has_was_not_cut_short(calls):
    assert read_all(*calls).passed


@pytest.mark.parametrize(
    ("rows", "passed"),
    [
        ("list_apps 302 of 302", True),
        ("list_apps 302 of 302; list_apps with their licences 302 of 302", False),
    ],
)
def test_a_list_stated_as_read_to_its_end_was_cut_short_although_another_reading_has_its_rows(rows, passed):
    licences = made({"size": 100, "includeLicenses": True}, page(100, 302, "p2"))
    assert read_all(licences, made({}, page(302, 302)), Rows=rows).passed is passed


@pytest.mark.parametrize(
    "calls",
    [
        [made({"view": "x", "size": 100}, page(100, 302, "p2")), made({"view": "y"}, page(3, 3))],
        [made({"size": 5}, page(5, 302, "p2"))],
        [made({}, page(100, 302))],
        [FIRST, made({"cursor": "p2"}, page(100, 302, "p3")), made({"q": "a"}, page(2, 2))],
    ],
)
def test_a_list_that_has_more_rows_than_were_read_was_cut_short(calls):
    assert not read_all(*calls).passed
