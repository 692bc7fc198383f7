"""`check` judges what a prompt means: what its text leaves out, and what it names that is not there."""

import datetime

import pytest

from promptkit.checking.library import check_library
from promptkit.library.scaffold import scaffold
from promptkit.library.store import Library
from promptkit.library.versions import Part, release

TODAY = datetime.date(2026, 11, 27)


def edited(library, place, old, new):
    path = library.root / place
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def codes(library, today=None):
    return [(problem.path, problem.code, problem.fix) for problem in check_library(library, today)]


@pytest.fixture
def busy(library, tmp_path):
    """A library of one's own with one draft, since only its own files are checked."""
    own = Library(tmp_path, base=library)
    scaffold(own, "busy_apps")
    return own


@pytest.mark.parametrize(
    ("old", "new", "code", "fix"),
    [
        (
            "fields id,name",
            "fields id,nam",
            "unknown-field",
            "the recipe reads name: correct whichever of the two is misspelt",
        ),
        ("activeUsersCount gt", "activeUserCount gt", "unknown-field", "write activeUsersCount"),
        ("activeUsersCount gt", "activeUsersCount gtt", "unknown-operator", "write gt"),
        ("list_apps", "list_aps", "unknown-tool", "write list_apps"),
    ],
)
def test_a_word_that_is_nearly_a_reviewed_one_is_found(busy, old, new, code, fix):
    said = "- list_apps, fields id,name,activeUsersCount; filter activeUsersCount gt {{ min_users }}; size 100."
    edited(busy, "prompts/busy_apps.yaml", "Read only. How to count:", f"Read only. How to count:\n  {said}")
    assert check_library(busy) == []
    edited(busy, "prompts/busy_apps.yaml", said, said.replace(old, new))
    assert codes(busy) == [("prompts/busy_apps.yaml", code, fix)]


@pytest.mark.parametrize(
    "said",
    [
        "Filter out what is closed, and name the fields of expertise.",
        "Use the filter that Torii offers; if the fields differ, say so.",
        "Leave out apps by a filter: whatever is hidden.",
        "Get_well soon is an app, and list_of_all is a column of mine.",
        "FIELD stands for the slice: fields id,FIELD.",
    ],
)
def test_prose_about_filters_and_fields_is_no_problem(busy, said):
    edited(busy, "prompts/busy_apps.yaml", "Read only. How to count:", f"Read only. How to count:\n  - {said}")
    assert check_library(busy) == []


def test_a_group_that_no_other_view_has_is_found_with_the_one_that_was_meant(busy):
    edited(busy, "prompts/busy_apps.yaml", "group: portfolio", "group: portfolo")
    assert codes(busy) == [("prompts/busy_apps.yaml", "lone-group", "write portfolio")]


def test_a_group_of_the_librarys_own_may_have_one_view(busy):
    edited(busy, "prompts/busy_apps.yaml", "group: portfolio", "group: vehicles")
    (busy.root / "groups.yaml").write_text("vehicles: {label: Vehicles, words: [cars]}\n", "utf-8")
    assert check_library(busy) == []


def test_two_views_make_a_group(busy):
    scaffold(busy, "idle_apps")
    for name in ("busy_apps", "idle_apps"):
        edited(busy, f"prompts/{name}.yaml", "group: portfolio", "group: vehicles")
    assert check_library(busy) == []


@pytest.mark.parametrize("key", ["title", "audience", "description"])
@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\U000e0041"])
def test_a_hidden_character_is_found_in_any_text(busy, key, hidden):
    edited(busy, "prompts/busy_apps.yaml", f"{key}: ", f"{key}: x{hidden}")
    assert [code for _, code, _ in codes(busy)] == ["hidden-character"]


def test_a_deprecated_view_whose_time_has_passed_is_found(copy):
    scaffold(copy, "busy_apps")
    release(copy, "busy_apps", Part.MINOR, "New view.")
    ended = "version: 1.0.0\nstatus: deprecated\nreplaced_by: widely_used_apps\nsunset: 2026-11-26"
    edited(copy, "prompts/busy_apps.yaml", "version: 1.0.0", ended)
    assert [code for _, code, _ in codes(copy, TODAY)] == ["past-sunset"]
    assert codes(copy, datetime.date(2026, 11, 26)) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("SELECT count(*) FROM", "SELECT count(*) sum( FROM", "wrong-sql"),
        ("FROM apps WHERE", "FROM aps WHERE", "wrong-sql"),
        ("> :min_users", "> :least_users", "unbound-parameter"),
        ("SELECT name, activeUsersCount", "SELECT name", "wrong-columns"),
        ("    apps: SELECT", "    app: SELECT", "wrong-totals"),
    ],
)
def test_what_is_wrong_with_the_sql_of_a_truth_is_found_at_its_place(busy, old, new, code):
    edited(busy, "evals/cases/busy_apps.yaml", old, new)
    found = [problem for problem in check_library(busy) if problem.path == "evals/cases/busy_apps.yaml"]
    assert code in {problem.code for problem in found}
    text = (busy.evals / "cases" / "busy_apps.yaml").read_text("utf-8").splitlines()
    assert all(problem.line <= len(text) and problem.column > 0 for problem in found)


def test_our_own_views_have_no_problem_today_either(library):
    assert isinstance(library, Library)
    assert check_library(library, TODAY) == []
