"""What is claimed of an evidence block: it has every line, and nothing in it contradicts what was read."""

import pytest

from promptkit.answering.contract import EVIDENCE
from promptkit.evaluation.evaluators.contract import Assertion, holds
from promptkit.evaluation.evaluators.evidence import evidence_is_true, states_evidence
from promptkit.evaluation.evaluators.reading import reads_all_pages
from promptkit.evaluation.evaluators.readings import Readings
from promptkit.transcript import CallState
from tests.evaluation.runs import made, run_of


def page(rows, total=None, cursor=None, first=0):
    given = {} if total is None else {"total": total}
    return {"rows": [{"id": first + number} for number in range(rows)], "nextCursor": cursor, **given}


def whole(tool, rows, **arguments):
    return made(arguments, page(rows, rows), tool)


APPS = whole("list_apps", 60)
PROBED = [made({"size": 5}, page(5, 60, "p2")), APPS]
LONG = [
    made({"size": 1000}, page(1000, 1332, "p2"), "list_transactions"),
    made({"cursor": "p2"}, page(332, 1332, first=1000), "list_transactions"),
]
FIELDS = made({}, {"fields": [{"key": str(number)} for number in range(29)]}, "get_app_fields")
SINGLE = [made({"idApp": number}, {"app": {"id": number}}, "get_app") for number in range(4)]
MEMBERSHIPS = [made({"idUser": number}, page(rows), "list_user_applications") for number, rows in enumerate((5, 8, 12))]
USERS = [made({"idApp": rows}, page(rows, rows), "list_application_users") for rows in (249, 220, 216)]
VIEWS = [
    *(made({"view": view, "size": 1}, page(1, 300, "p2"), "list_users") for view in "abc"),
    whole("list_users", 293, view="allUsers"),
    whole("list_users", 7, view="allNonHumanUsers"),
]
GROUPED = made(
    {"aggs": "department"}, {"total": 224, "users": [], "aggregations": [{"groupCount": 37}] * 6}, "list_users"
)


def truth(rows, *calls, **said):
    read = Readings.of(run_of("", *calls))
    told = evidence_is_true(read, {"Tools": ", ".join(read.called), "Rows": rows, "Gaps": "none"} | said, "")
    assert (told.name, told.passed) == ("evidence_is_true", told.reason == "")
    return told.reason


@pytest.mark.parametrize(
    ("calls", "rows"),
    [
        ([APPS], "list_apps 60 of 60 in 1 page"),
        ([APPS], "60 of 60 (1 page)"),
        ([APPS], "60/60"),
        ([APPS], "list_apps: 60 / 60"),
        ([APPS], "list_apps 60 rows, all of 60"),
        ([APPS], "1 page of 60"),
        ([APPS], "60 of 60 rows from list_apps, 1 page"),
        ([APPS], "60 of 60 apps"),
        ([APPS], "list_apps with includeLicenses 60 of 60; 43 of 60 used"),
        ([APPS], "list_apps (view=all): 60 of 60 (26 of the rows are in it, ids 3, 14)"),
        ([APPS, FIELDS], "list_apps 60 of 60, get_app_fields 29 fields (no total given)"),
        ([FIELDS], "get_app_fields 29 of an unstated total in 1 page"),
        ([FIELDS], "get_app_fields 29 of 29"),
        (PROBED, "list_apps 60 of 60, 1 page (a first look at 5 of the 60)"),
        (PROBED, "list_apps\n60 of 60\n1 page\nlist_apps: 5 of 60 before"),
        (PROBED, "list_apps 65 rows in 2 calls"),
        (LONG, "list_transactions 1,332 of 1,332 in 2 pages (1,000 + 332)"),
        (LONG, "list_transactions 1.332 of 1.332"),
        (LONG, "list_transactions page 1: 1,000 rows; page 2: 332 rows"),
        (LONG, "list_transactions 1,000 + 332 of 1,332 in 2 pages"),
        ([*LONG, LONG[1]], "list_transactions 1332 of 1332 in 2 pages (page 2 was read twice)"),
        (LONG[:1], "list_transactions 1,000 of 1,332; the 332 older rows were not read"),
        (SINGLE, "get_app 4 single apps (0, 1, 2, 3)"),
        (MEMBERSHIPS, "list_user_applications 25 rows in all, 3 calls, 1 page each"),
        (MEMBERSHIPS, "list_user_applications 3 people, 25 rows"),
        (MEMBERSHIPS, "list_user_applications 25 rows of 3 people"),
        (MEMBERSHIPS, "list_user_applications for 3 of 41 people: 25 rows"),
        (USERS, "list_application_users 685 of 685 in 3 pages"),
        (USERS, "list_application_users 249 + 220 + 216 = 685 rows"),
        (USERS, "list_application_users 685 rows (Okta 249 of 249, Slack 220 of 220)"),
        (VIEWS, "list_users 293 of 293 (all) and 7 of 7 (non-human), 1 page each; three more were asked for totals"),
        (VIEWS, "list_users 300 of 300 in 2 pages"),
        ([GROUPED], "list_users: 6 groups for 224 users"),
        ([GROUPED], "list_users 224 of 224 in 1 page"),
        ([made({}, {}, "list_apps", CallState.FAILED)], "list_apps 0 rows"),
    ],
)
def test_what_a_reading_or_a_sum_of_readings_gives_is_true(calls, rows):
    assert truth(rows, *calls, Gaps="see above, the rest of the rows") == ""


@pytest.mark.parametrize(
    ("calls", "rows", "reason"),
    [
        ([APPS], "list_apps 61 of 61", "list_apps: 61 of 61"),
        ([APPS], "list_apps 60 of 61", "list_apps: 60 of 61"),
        ([APPS], "list_apps 59/60", "list_apps: 59 of 60"),
        ([APPS], "list_apps 61 rows, no total", "list_apps: 61"),
        ([APPS], "list_apps 60 of 60 in 2 pages", "list_apps: in 2 pages"),
        ([APPS], "61 of 60", "a tool: 61 of 60"),
        ([APPS], "list_apps 43 of 60 used", "list_apps: 43 of 60"),
        ([APPS], "list_users 5 of 5", "list_users: 5 of 5"),
        ([FIELDS], "get_app_fields 28", "get_app_fields: 28"),
        (PROBED, "list_apps 55 of 60", "list_apps: 55 of 60"),
        (PROBED, "list_apps 65 of 60", "list_apps: 65 of 60"),
        (PROBED[1:], "list_apps 60 of 60, 2 pages", "list_apps: in 2 pages"),
        (LONG[:1], "list_transactions 1,000 of 1,000", "list_transactions: 1000 of 1000"),
        (LONG[:1], "list_transactions 1,332 of 1,332", "list_transactions: 1332 of 1332"),
        (SINGLE, "get_app 5 single apps", "get_app: 5"),
        (MEMBERSHIPS, "list_user_applications 26 rows in all", "list_user_applications: 26"),
        (VIEWS, "list_users 293 of 293 and 8 of 8", "list_users: 8 of 8"),
        ([made({}, {}, "list_apps", CallState.FAILED)], "list_apps 7 of 7", "list_apps: 7 of 7"),
    ],
)
def test_a_count_that_no_reading_gives_is_untrue(calls, rows, reason):
    expected = f"the evidence has untrue rows of {reason}, which no reading gives"
    assert truth(rows, *calls, Gaps="more pages") == expected


@pytest.mark.parametrize(
    ("tools", "reason"),
    [
        ("`list_apps` (with includeLicenses)", ""),
        ("list_apps and get_app_fields (twice)", ""),
        ("get_app_fields", ""),
        ("list_apps. list_users was not called", ""),
        ("Torii's tools", ""),
        ("list_apps, list_users", "the evidence names list_users, which was not called"),
        ("list_app", "the evidence names list_app, which was not called"),
        ("list_apps, update_app", "the evidence names update_app, which was not called"),
        ("none", "the evidence names no tools; called: get_app_fields, list_apps"),
    ],
)
def test_a_tool_that_was_not_called_is_untrue_and_one_left_out_is_not(tools, reason):
    assert truth("", APPS, FIELDS, Tools=tools) == reason


@pytest.mark.parametrize(
    "said", [{"Gaps": "None."}, {"Rows": "no next cursor"}, {"Gaps": "no amounts. All pages were read."}]
)
def test_that_nothing_is_missing_is_untrue_of_a_reading_that_was_cut_short(said):
    reason = "the evidence says that all was read, but list_transactions was cut short"
    assert truth("", LONG[0], **({"Gaps": "x"} | said)) == reason
    assert truth("", *LONG, **said) == ""


def test_of_each_tool_the_first_untruth_is_told_and_of_all_the_first_three():
    calls = [whole(f"list_{name}", 5) for name in "abcd"]
    told = truth("; ".join(f"list_{name} 6 of 6, 7 of 7" for name in "abcd"), *calls)
    assert told == "; ".join(
        f"the evidence has untrue rows of list_{name}: 6 of 6, which no reading gives" for name in "abc"
    )


WHOLE = dict.fromkeys(EVIDENCE, "x") | {"Tools": "list_apps", "Rows": "list_apps 60 of 60", "Gaps": "none"}


def stated(*calls, **said):
    return states_evidence(
        Readings.of(run_of("", *calls)), {name: text for name, text in (WHOLE | said).items() if text}
    )


def test_evidence_with_every_line_tool_and_list_is_whole():
    assert stated(APPS) == holds("states_evidence")
    assert stated(*SINGLE, APPS, Tools="list_apps, get_app").passed
    assert stated(APPS, FIELDS, Tools="", Rows="list_apps 60, get_app_fields 29").passed
    assert stated(APPS, **{"As of": ""}).reason == "the evidence lacks As of"


@pytest.mark.parametrize("rows", ["60 of 60", "60 apps", "60/60 (1 page)", "60 of 60 from list_apps"])
def test_rows_may_be_stated_without_the_name_of_the_only_tool(rows):
    assert stated(APPS, Rows=rows).passed


def test_each_thing_that_evidence_lacks_is_told_in_the_same_words():
    told = stated(APPS, FIELDS, whole("list_users", 5), Tools="list_apps, list_users", **{"As of": ""})
    assert told == Assertion(
        "states_evidence",
        False,
        "the evidence lacks As of; the evidence lacks get_app_fields; the evidence lacks rows of list_users",
    )


def test_an_answer_without_evidence_lacks_the_block():
    told = states_evidence(Readings.of(run_of("")), {})
    assert told == Assertion("states_evidence", False, "there is no evidence block that can be read")


def test_no_gaps_beside_a_reading_that_was_cut_short_is_told():
    reason = "the evidence says that it has no gaps, but list_transactions was cut short"
    said = {"Tools": "list_transactions", "Rows": "list_transactions 1,000 of 1,332"}
    assert stated(LONG[0], **said).reason == reason
    assert stated(LONG[0], **said, Gaps="332 rows were left").passed
    assert stated(LONG[0], **said | {"Rows": f"{said['Rows']}, so the window is covered"}).passed


def a_page(rows, total, tool="list_apps"):
    return made({"size": rows}, {"rows": [{"id": n} for n in range(rows)], "total": total, "nextCursor": "2"}, tool)


@pytest.mark.parametrize(("rows", "is_true"), [("list_apps total 60", True), ("list_apps total 61", False)])
def test_a_count_that_torii_gave_is_stated_as_its_total(rows, is_true):
    read = Readings.of(run_of("", a_page(1, 60)))
    assert evidence_is_true(read, WHOLE | {"Rows": rows}, "").passed is is_true


@pytest.mark.parametrize(
    "rows",
    ["list_apps first 25, total 60", "list_apps, the first 25 of 60", "list_apps 25, newest first to 2026-10-26"],
)
def test_a_list_that_was_read_as_far_as_was_wanted_is_no_gap_and_hides_no_other(rows):
    read, evidence = Readings.of(run_of("", a_page(25, 60))), WHOLE | {"Rows": rows}
    assert states_evidence(read, evidence).passed
    assert evidence_is_true(read, evidence, "").passed
    assert reads_all_pages(read, evidence, "").passed
    both = Readings.of(run_of("", a_page(25, 60), a_page(25, 90, "list_users")))
    assert not reads_all_pages(both, WHOLE | {"Rows": f"{rows}; list_users 25"}, "").passed
