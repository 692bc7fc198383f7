"""Whether the fill-ins of a case show each change to its truth."""

import pytest

from promptkit.errors import PromptkitError
from promptkit.evaluation.mutation.unnoticed import mutate
from promptkit.library.store import Library, default_root, open_library
from promptkit.torii.local import local_torii

LIBRARY = Library(default_root())
TRUTH = """prompt: connection_apps@1.1.0
truth:
  tables:
    - |
      SELECT name, state, activeUsersCount FROM apps
      WHERE activeUsersCount > :min_users AND isHidden = 0
  totals:
    apps: SELECT count(*) FROM apps WHERE activeUsersCount > :min_users
"""
CASES = "cases:\n  - name: an app is there\n    arguments: {min_users: %s}\n"
MANY, FEW = CASES % 200, CASES % 100
CHANGE = "isHidden = 0 -> left out"


@pytest.fixture(scope="module")
def torii():
    with local_torii() as torii:
        yield torii


@pytest.fixture
def case(tmp_path):
    """Writes the case of connection_apps in a library of one's own."""

    def write(text):
        path = tmp_path / "evals" / "cases" / "connection_apps.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return open_library(tmp_path)

    return write


@pytest.fixture
def found(case, torii):
    """What is wrong with the truth of a case, without what is wrong with its total."""

    def run(text):
        problems = mutate(case(text), ["connection_apps"], torii).problems
        return [(one.line, one.code, one.message) for one in problems if "isHidden" in one.message]

    return run


def explained(reason):
    return TRUTH + f"  equivalent:\n    {CHANGE}: {reason}\n"


def test_a_condition_that_no_fill_in_shows_is_found_at_its_line(found):
    assert found(TRUTH + MANY) == [(6, "unnoticed-change", f"no fill-in shows this change: {CHANGE}")]


def test_a_condition_that_a_fill_in_shows_is_not_told(found):
    assert found(TRUTH + FEW) == []


def test_a_change_that_is_explained_is_not_told(found):
    assert found(explained("no hidden app has so many users") + MANY) == []


def test_an_explanation_of_a_change_that_is_noticed_is_told(found):
    assert found(explained("no hidden app has so many users") + FEW) == [
        (10, "stale-equivalent", f"no such change goes unnoticed: {CHANGE}")
    ]


def test_a_query_that_cannot_be_read_is_told(case, torii):
    deep = TRUTH.replace("count(*)", f"count({'(' * 60}1{')' * 60})")
    assert [(one.line, one.code) for one in mutate(case(deep + FEW), ["connection_apps"], torii).problems] == [
        (8, "not-tried")
    ]


@pytest.mark.parametrize("name", LIBRARY.prompt_names())
def test_no_change_to_the_truth_of_a_view_goes_unnoticed(name, torii):
    problems = mutate(LIBRARY, [name], torii).problems
    assert problems == [], "\n".join(map(str, problems))


def test_a_prompt_that_is_unknown_is_refused(torii):
    with pytest.raises(PromptkitError, match=r"\[unknown-prompt\] there is no prompt nothing"):
        mutate(LIBRARY, ["nothing"], torii)
