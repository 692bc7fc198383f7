"""The wizard over a tenant, with whatever somebody may type: it asks until the answers are right."""

import io
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptkit.connection.open_session import OpenedSession
from promptkit.library.profile import load_profile, profile_text
from promptkit.onboarding.draft import Draft
from promptkit.onboarding.given import Answers
from promptkit.onboarding.interview import Interview
from promptkit.onboarding.tenant_fields import TenantFields
from promptkit.onboarding.wizard import Wizard

USUAL = ["", "y", "n", "back", "all", "none", "1", "2, 5", "user.department", "Team", "Eng = Engineering", "UTC"]
RIGHT = ["Europe/Berlin", "eur", "days=120", "Dana Reyes", "cost center", "CC-1000 = CC-1100", "Fin = Money"]
WRONG = ["Berlin", "EURO", "dayz=3", "days=soon", "usr.x", "99", "0", "a=b=c", "=", "A = A", "kostenstelle", "days=nan"]
TYPED = st.sampled_from(USUAL + RIGHT + WRONG) | st.text(st.characters(codec="utf-8", exclude_characters="\r\n"))
# So much noise before each line of a whole interview that some get to its end.
SCRIPT = ["", "2, 9", "Team", "1, 3", "Fin = Money", "", "Legal", "", "UTC", "EUR", "days=9", "Dana Reyes", "n"]
NOISE = st.lists(st.lists(TYPED, max_size=2), min_size=len(SCRIPT), max_size=len(SCRIPT))
INTERVIEWS = st.lists(TYPED, max_size=40) | NOISE.map(
    lambda noise: [line for before, right in zip(noise, SCRIPT, strict=True) for line in [*before, right]]
)


@pytest.fixture(scope="module")
def fields(library, shared, torii):
    portal, session = shared
    return TenantFields(library, OpenedSession(session, torii.as_of, torii), portal)


@pytest.fixture(scope="module")
def ask(library, fields):
    """What comes of typing these lines: the profile, or None where they end too early; the draft, here and on disk."""

    def typed(path, lines, given=Answers(), old=None):  # noqa: B008
        draft = Draft(path)
        with patch("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines))):
            try:
                profile, _ = Wizard(library, given, old, fields, Interview(draft, asks=not given.yes)).run(path)
            except EOFError:
                profile = None
            return profile, draft, Draft(path)

    return typed


@settings(max_examples=25)
@given(lines=INTERVIEWS)
def test_whatever_is_typed_it_never_fails_and_keeps_what_was_answered(lines, ask, library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wizard")
    profile, held, kept = ask(folder / "draft.json", lines)
    assert held.kept == kept.answers
    again, *_ = ask(folder / "draft.json", ["y", *[""] * 30, "y"])
    for finished in filter(None, (profile, again)):
        path = folder / "dashboard.yaml"
        path.write_text(profile_text(finished), "utf-8")
        assert load_profile(path, library) == finished
    assert {kept.answer for kept in held.kept} <= {kept.answer for kept in Draft(folder / "draft.json").answers}


def test_answers_are_changed_by_going_back(ask, tmp_path):
    lines = ["", "user.department", "Teem", "back", "Team", "1", "none", "UTC", "EUR", "", "back", "", "back", "back"]
    profile, *_ = ask(tmp_path / "draft.json", [*lines, "USD", "none", "Dana Reyes", "y"])
    assert (profile.organizational_views[0].label, profile.display_currency) == ("Team", "USD")
    assert profile.organizational_views[0].aliases == {"Eng": "Engineering"}
    assert profile.read_only_agreement.by == "Dana Reyes"


def test_going_back_in_a_resumed_run_asks_once_whether_to_overwrite(ask, tmp_path, capsys):
    old, _, draft = ask(tmp_path / "draft.json", ["", "user.department", "Team", *[""] * 6, "y"])
    draft.delete()
    ask(tmp_path / "draft.json", ["y", "", "user.department", "5", "Teem"], old=old)
    assert "5 is no name: write a word, such as Department." in " ".join(capsys.readouterr().err.split())
    new, *_ = ask(tmp_path / "draft.json", ["y", "y", "back", "Crew", *[""] * 6, "y"], old=old)
    assert (new.organizational_views[0].label, capsys.readouterr().err.count("Overwrite it?")) == ("Crew", 1)
    assert ask(tmp_path / "other.json", ["y", "back", "n"], old=old)[0] is None
    assert capsys.readouterr().err.count("Overwrite it?") == 2


def test_the_groups_are_seen_though_aliases_were_given(ask, tmp_path, capsys):
    given = Answers(fields=["user.department=Team"], aliases=["Team:Eng=Engineering"])
    profile, *_ = ask(tmp_path / "draft.json", [*[""] * 7, "y"], given=given)
    assert profile.organizational_views[0].aliases == {"Eng": "Engineering"}
    assert "27 groups, 224 rows in all." in capsys.readouterr().err


def test_enter_merges_nothing(ask, tmp_path):
    profile, *_ = ask(tmp_path / "draft.json", ["", "user.department", *[""] * 7, "y"])
    (view,) = profile.organizational_views
    assert view.aliases == {}
    assert {"Eng", "Engineering", "Customer Succes"} <= {*view.approved_groups}


def test_where_no_field_has_the_word_enter_takes_the_most_complete_ones(ask, tmp_path, capsys):
    _, draft, _ = ask(tmp_path / "draft.json", ["kostenstelle", ""])
    assert "No field has kostenstelle in its name." in capsys.readouterr().err
    assert draft.answers[-1].answer.startswith("user.")


def test_a_word_that_is_nearly_in_the_name_of_a_field_is_asked_again(ask, tmp_path, capsys):
    _, draft, _ = ask(tmp_path / "draft.json", ["departmnt", "department", ""])
    assert "no field has departmnt in its name: write department." in " ".join(capsys.readouterr().err.split())
    assert draft.answers[-1].answer.startswith("user.department")


def test_an_alias_of_a_value_that_no_row_holds_is_not_counted_as_read(ask, tmp_path, capsys):
    given = Answers(fields=["user.department=Team"], aliases=["Team:Nope=Sales", "Team:Eng=Engineering"])
    ask(tmp_path / "draft.json", [""] * 7, given=given)
    shown = " ".join(capsys.readouterr().err.split())
    assert "No row holds Nope." in shown
    assert "1 value read as another, 1 more if a row ever holds it" in shown


def test_the_old_answers_are_offered_and_what_is_left_out_is_named(ask, tmp_path, capsys):
    old, _, draft = ask(
        tmp_path / "draft.json", ["", "user.department, user.country", "Team", "all", "", "", "", *[""] * 4, "y"]
    )
    draft.delete()
    new, *_ = ask(tmp_path / "draft.json", ["y", "", "user.department", *[""] * 7, "y"], old=old)
    assert new.organizational_views[0].aliases == old.organizational_views[0].aliases != {}
    assert "No longer mapped: Country" in capsys.readouterr().err
