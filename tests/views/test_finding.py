"""Which views are found for the questions that people ask, each with the views that answer it.

questions.txt was written beside the views; asked.txt by people who had not seen any of their texts, as finance
managers, buyers, admins, auditors and heads of department would type them.
"""

import json

import pytest

from promptkit.errors import PromptkitError
from promptkit.model import DEFAULT_PROFILE, Profile, Status
from promptkit.views.finding import MAX_VIEWS, ViewFinder, described, offered_views
from tests.sources import ROOT

LINES = (ROOT / "tests/views/questions.txt").read_text("utf-8").splitlines()
QUESTIONS = [[part.strip() for part in line.split("|")] for line in LINES]


ASKED = [line.split(" | ") for line in (ROOT / "tests/views/asked.txt").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def finder(library):
    return ViewFinder(offered_views(library, DEFAULT_PROFILE), DEFAULT_PROFILE)


def names(found):
    return [prompt.name for prompt, _ in found]


@pytest.mark.parametrize(("question", "view"), [line for line in QUESTIONS if line[1]])
def test_the_view_that_answers_a_question_is_among_the_first_three(finder, question, view):
    assert view in names(finder.find(question))[:3]


def test_of_questions_by_people_who_do_not_know_the_views_most_find_theirs_first_and_nearly_all_among_three(finder):
    found = [(names(finder.find(question)), views.split(", ")) for question, views in ASKED]
    first = sum(hits[:1] != [] and hits[0] in views for hits, views in found) / len(ASKED)
    three = sum(any(view in views for view in hits[:3]) for hits, views in found) / len(ASKED)
    assert (first >= 0.85, three >= 0.97) == (True, True), f"first {first:.1%}, among three {three:.1%}"


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("What renews next quarter?", "next quarter"),
        ("whats renewing in the NEXT qtr", "next qtr"),
        ("what renews in q1 2027", "Q1 2027"),
        ("what renews this month", "this month"),
        ("what renewed last quarter", None),
    ],
)
def test_a_period_of_a_question_is_filled_in_where_a_view_looks_that_way(finder, question, days):
    filled = {prompt.name: values for prompt, values in finder.find(question)}
    assert filled["renewal_calendar"].get("days") == days


@pytest.mark.parametrize("question", [question for question, view in QUESTIONS if not view] + ["", '"', "a OR b", "*"])
def test_a_question_about_something_else_finds_nothing(finder, question):
    assert finder.find(question) == []


def test_every_view_is_found_by_its_own_title(library, finder):
    assert [one.name for one in library.load_prompts() if one.name not in names(finder.find(one.title))[:3]] == []


def test_no_question_finds_more_than_a_few_views(finder):
    assert len(finder.find("apps users spend contracts renewals licences owners")) <= MAX_VIEWS


def test_only_the_views_of_the_profile_are_offered_if_it_names_some(library):
    assert [one.name for one in offered_views(library, Profile(views=("vendors", "digest")))] == ["digest", "vendors"]


def test_drafts_are_not_found_and_deprecated_views_come_last(library):
    old = library.load_prompt("renewal_calendar").model_copy(update={"status": Status.DEPRECATED})
    finder = ViewFinder([old, library.load_prompt("vendors")], DEFAULT_PROFILE)
    assert names(finder.find("what renews soon, of which vendor"))[-1] == "renewal_calendar"
    assert all(prompt.status is not Status.DRAFT for prompt in offered_views(library, DEFAULT_PROFILE))


def test_an_argument_is_described_with_what_is_allowed(library):
    profile = Profile(thresholds={"rows": 40})
    view = described(library.load_prompt("renewal_calendar"), profile, {})
    assert view["arguments"]["rows"] == {
        "type": "integer",
        "description": "Show this many rows of each table.",
        "minimum": 1,
        "maximum": 500,
        "unit": "rows",
        "default": 40,
    }
    assert described(library.load_prompt("app_dossier"), profile, {})["arguments"]["app"]["required"] is True
    assert described(library.load_prompt("spend_by_slice"), profile, {})["arguments"]["slice"]["choices"] == [
        "Department"
    ]


def test_every_view_can_be_described_as_json(library):
    assert json.dumps([described(prompt, DEFAULT_PROFILE, {}) for prompt in library.load_prompts()])


def test_an_unknown_view_names_the_near_ones(finder):
    with pytest.raises(PromptkitError) as caught:
        finder.named("renewal_calender")
    (problem,) = caught.value.problems
    assert problem.message.startswith("there is no view renewal_calender; near it: renewal_calendar")
    assert "workflow_health" in problem.fix


def test_a_view_is_known_by_an_earlier_name(library):
    renamed = library.load_prompt("vendors").model_copy(update={"formerly": ("vendor_list",)})
    assert ViewFinder([renamed], DEFAULT_PROFILE).named("vendor_list") is renamed


@pytest.mark.parametrize("chosen", [[], ["vendors"], ["app_dossier", "digest"]])
def test_a_company_that_offers_few_views_may_be_asked_anything(library, chosen):
    few = ViewFinder([library.load_prompt(name) for name in chosen], DEFAULT_PROFILE)
    assert {name for question, _ in ASKED for name in names(few.find(question))} <= set(chosen)


def test_views_are_found_by_what_they_are_called_in_the_language_of_the_profile(library):
    words, prompts = library.languages.named("de"), offered_views(library, DEFAULT_PROFILE)
    finder = ViewFinder(prompts, DEFAULT_PROFILE, words)
    missed = [one.name for one in prompts if one.name not in names(finder.find(words.said(one.title)))[:3]]
    assert missed == []
    assert names(finder.find("Wo können wir an Lizenzen sparen?"))[0] == "savings_candidates"
    assert (
        names(finder.find("unused licences"))[:2]
        == names(ViewFinder(prompts, DEFAULT_PROFILE).find("unused licences"))[:2]
    )
