"""What is claimed of a run's reading: by which conditions, to which end, and whether its evidence tells so."""

from dataclasses import replace

import pytest

from promptkit.answering.parsed import ParsedAnswer, WrittenLine
from promptkit.evaluation.evaluators.contract import Assertion
from promptkit.evaluation.evaluators.reading import (
    MAX_ROWS,
    evidence_is_true,
    narrows_rightly,
    readings,
    reads_all_pages,
)
from promptkit.transcript import CallState
from tests.evaluation.runs import made, run_of


def run(*calls):
    return run_of("", *calls)


def evidence(*lines):
    return ParsedAnswer(lines=[WrittenLine("Evidence", 1, line) for line in lines])


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
    return narrows_rightly(run(*(made(arguments, {}) for arguments in by)), right)


def filters(*conditions):
    return {"filters": [dict(zip(("key", "op", "value"), condition, strict=True)) for condition in conditions]}


def test_narrowing_as_the_reference_does_is_right():
    assert narrowed([{"q": "a"}], [{"q": "a"}]) == Assertion("narrows_rightly", True, "")


def test_narrowing_by_another_value_is_told_with_the_first_three_that_are_right():
    told = narrowed([{"q": "z"}], [{"q": letter} for letter in "dcba"])
    reason = 'list_apps: q equals "z", expected equals "a" or equals "b" or equals "c"'
    assert told == Assertion("narrows_rightly", False, reason)


def test_each_wrong_condition_is_told_once():
    by = filters(("status", "equals", "x"), ("status", "equals", "x"), ("state", "in", ["y"]))
    told = narrowed([by], [filters(("status", "equals", "a"), ("state", "in", ["b"]))])
    assert told.reason == (
        'list_apps: status equals "x", expected equals "a"; list_apps: state in ["y"], expected in ["b"]'
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
        ({"ids": [2, 1]}, {"ids": [1, 2]}, False),
        ({"q": "a"}, {"app": "b"}, True),
        ({}, {"app": "b"}, True),
        *(({name: "a"}, {name: "b"}, True) for name in ("fields", "size", "cursor", "sort", "aggs", "includeLicenses")),
    ],
)
def test_a_condition_is_compared_by_what_it_lets_through(by, reference, passed):
    assert narrowed([by], [reference]).passed is passed


def test_another_tool_may_be_narrowed_by_another_value():
    by, right = run(made({"q": "a"}, {}, "list_users")), run(made({"q": "b"}, {}, "list_apps"))
    assert narrows_rightly(by, right).passed


MORE = {"nextCursor": "p2"}


def read_all(*calls, gaps=("Gaps: none",)):
    return reads_all_pages(run(*calls), evidence(*gaps))


def test_a_list_that_goes_on_unread_fails_when_gaps_does_not_say_so():
    told = read_all(made({}, MORE, "list_users"), made({"q": "a"}, MORE), made({"q": "b"}, MORE))
    reason = "list_apps, list_users has more pages, and Gaps does not say so"
    assert told == Assertion("reads_all_pages", False, reason)
    assert not read_all(made({}, MORE), gaps=()).passed
    assert read_all(made({}, MORE), gaps=["Gaps: list_apps: one page"]).passed


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


ROWS = {"apps": [{"id": 1}, {"id": 2}], "total": 2}
TWICE = [made({}, {"apps": [{"id": 1, "a": 1}, {"id": 2}]}), made({"cursor": "p2"}, {"apps": [{"a": 1, "id": 1}]})]


def truth(lines, *calls):
    told = evidence_is_true(run(*calls), evidence(*lines))
    assert (told.name, told.passed) == ("evidence_is_true", told.reason == "")
    return told.reason


@pytest.mark.parametrize(
    ("lines", "calls", "reason"),
    [
        (["Tools: none"], [], ""),
        ([], [], ""),
        (["Tools: list_apps"], [], "Tools names list_apps; called: none"),
        (["Tools: none"], [made({}, None)], "Tools names none; called: list_apps"),
        ([], [made({}, None)], "Tools names none; called: list_apps"),
        (["Tools: b, a"], [made({}, None), made({}, None, "c")], "Tools names a, b; called: c, list_apps"),
        (["Tools: list_users,list_apps  c"], [made({}, None, tool) for tool in ("c", "list_users", "list_apps")], ""),
        (["Tools: list_apps", "Rows: none"], [made({}, None, state=CallState.REFUSED)], ""),
    ],
)
def test_the_tools_that_were_called_are_named_and_no_others(lines, calls, reason):
    assert truth(lines, *calls) == reason


@pytest.mark.parametrize(
    ("rows", "calls", "reason"),
    [
        ("list_apps 2 of 2", [made({}, ROWS)], ""),
        ("list_apps 2 of an unstated total", [made({}, ROWS)], ""),
        ("list_apps 2 of 2 in 1 page", [made({}, ROWS)], ""),
        ("list_apps 1 of 2, list_apps 1 of an unstated total", [made({}, ROWS)], ""),
        ("list_apps 2 of 2 in 2 pages", [made({}, ROWS)], "Rows says 2 pages for list_apps; 1 were read"),
        ("list_apps 2 of 3", [made({}, ROWS)], "Rows says that list_apps has 3 in all; Torii said 2"),
        ("list_apps 3 of 2", [made({}, ROWS)], "Rows says 3 for list_apps; 2 were read"),
        ("list_apps 2", [made({}, ROWS)], "Rows does not mention list_apps"),
        ("list_users 2 of 2", [made({}, ROWS)], "Rows does not mention list_apps"),
        ("list_apps , of 2", [made({}, ROWS)], "Rows says None for list_apps; 2 were read"),
        ("list_apps 4 of 4 in 2 pages", [made({"q": "a"}, ROWS), made({"q": "b"}, ROWS)], ""),
        ("list_apps 4 of 2", [made({}, ROWS), made({"cursor": "p2"}, ROWS)], ""),
        (
            "list_apps 4 of 2",
            [made({}, ROWS), made({}, {"apps": [{}, {}]})],
            "Rows says that list_apps has 2 in all; Torii said None",
        ),
        (
            "list_apps 2 of 2",
            [made({}, ROWS | {"total": "2"})],
            "Rows says that list_apps has 2 in all; Torii said None",
        ),
        ("list_apps 3 of an unstated total", TWICE, ""),
        ("list_apps 2 of an unstated total", TWICE, ""),
        ("list_apps 1 of an unstated total", TWICE, "Rows says 1 for list_apps; 3 were read"),
        ("list_apps 1,234 of 1,234", [made({}, {"apps": [{"id": id_} for id_ in range(1234)], "total": 1234})], ""),
        ("list_apps 1,500 of 1,500", [made({"aggs": "a"}, {"total": 1500, "aggregations": [{}]})], ""),
        (
            "list_apps 1 of 1,500",
            [made({"aggs": "a"}, {"total": 1500, "apps": [{}]})],
            "1 for list_apps; 1500 were read",
        ),
        ("list_apps 1 of an unstated total", [made({"aggs": "a"}, {"apps": [{}]})], ""),
        ("list_apps 1 of an unstated total", [made({"aggs": "a"}, {"apps": [{}], "total": "x"})], ""),
        ("list_apps 4 of 4", [made({"aggs": "a"}, {"total": 2}), made({"aggs": "b"}, {"total": 2})], ""),
        ("list_apps 2 of 4", [made({"aggs": "a"}, {"total": 2}), made({"aggs": "b"}, {"total": 2})], "4 were read"),
    ],
)
def test_the_rows_totals_and_pages_of_a_tool_are_those_that_were_read(rows, calls, reason):
    assert truth(["Tools: list_apps", f"Rows: {rows}"], *calls).endswith(reason)
    assert bool(truth(["Tools: list_apps", f"Rows: {rows}"], *calls)) is bool(reason)


def test_an_answer_without_evidence_tells_of_nothing_that_was_read():
    told = evidence_is_true(run(made({}, ROWS)), ParsedAnswer())
    assert told.reason == "Tools names none; called: list_apps; Rows does not mention list_apps"


def test_a_total_beyond_belief_is_counted_as_the_most_that_is():
    told = truth(["Tools: list_apps", "Rows: list_apps 1 of an unstated total"], made({"aggs": "a"}, {"total": 10**15}))
    assert told == f"Rows says 1 for list_apps; {MAX_ROWS} were read"


def test_the_first_three_untruths_are_told():
    tools = [made({}, ROWS, tool) for tool in ("a", "b", "c")]
    told = truth(["Tools: a", "Rows: a 1 of 3"], *tools)
    assert told == (
        "Tools names a; called: a, b, c; Rows says 1 for a; 2 were read; Rows says that a has 3 in all; Torii said 2"
    )
