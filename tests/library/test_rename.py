"""A prompt gets another name: all its files follow, and whatever knew it by the old one still finds it."""

import pytest

from promptkit.checking.library import check_library
from promptkit.commands.versions import rename_prompt
from promptkit.errors import PromptkitError
from promptkit.library.identity import identify
from promptkit.library.profile import load_profile
from promptkit.library.rename import rename
from promptkit.library.render import render
from promptkit.library.scaffold import scaffold
from promptkit.library.store import Library
from promptkit.library.versions import Part, release


@pytest.fixture
def own(library, tmp_path):
    """A company's library with a draft."""
    made = Library(tmp_path, base=library)
    scaffold(made, "acme_apps")
    return made


@pytest.fixture
def released(own):
    release(own, "acme_apps", Part.MINOR, "First.")
    return own


def edit(own, name, old, new):
    path = own.prompts / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def names(own):
    return {own.relative(path) for path in own.root.rglob("*.yaml")}


def test_of_a_draft_the_name_is_all_that_changes(own):
    assert rename(own, "acme_apps", "acme_used") == "acme_used@1.0.0"
    assert names(own) == {"prompts/acme_used.yaml", "prompts/recipes/acme_used.yaml", "evals/cases/acme_used.yaml"}
    assert own.load_prompt("acme_used").formerly == ()
    assert check_library(own) == []


def test_a_released_prompt_gets_the_next_version_under_its_new_name(released):
    assert rename(released, "acme_apps", "acme_used") == "acme_used@1.1.0"
    prompt = released.load_prompt("acme_used")
    assert (prompt.formerly, prompt.changes["1.1.0"]) == (("acme_apps",), "Was called acme_apps before.")
    assert [*released.load_version_lock()] == ["acme_apps@1.0.0", "acme_used@1.1.0"]
    assert "`acme_used@1.1.0`: Was called" in (released.prompts / "CHANGELOG.md").read_text("utf-8")
    assert check_library(released) == []


def test_old_stamps_identify_and_the_old_name_and_its_versions_render(released):
    before = render(released.load_prompt("acme_apps"))
    rename(released, "acme_apps", "acme_used")
    assert identify(released, before).reference == "acme_apps@1.0.0"
    respaced = identify(released, " ".join(before.rsplit("\n\n", 1)[0].split()))
    assert (respaced.reference.split("@")[0] in {"acme_apps", "acme_used"}, respaced.is_edited) == (True, False)
    assert render(released.load_prompt("acme_apps@1.0.0")) == before
    assert render(released.load_prompt("acme_used@1.0.0")) == before
    assert released.load_prompt("acme_apps").name == "acme_used"


def test_it_is_renamed_twice_and_back(released):
    before = render(released.load_prompt("acme_apps"))
    edit(released, "acme_apps", "version: 1.0.0\n", "version: 1.0.0\nformerly:\n- acme_first\n  # long ago\n")
    release(released, "acme_apps", Part.PATCH, "Has a former name.")
    rename(released, "acme_apps", "acme_used")
    assert rename(released, "acme_used", "acme_apps") == "acme_apps@1.2.0"
    assert released.load_prompt("acme_apps").formerly == ("acme_first", "acme_used")
    assert render(released.load_prompt("acme_first@1.0.0")) == before
    assert check_library(released) == []


def test_what_is_replaced_by_it_says_its_new_name(released):
    scaffold(released, "acme_old")
    edit(released, "acme_old", "status: draft", "status: deprecated\nreplaced_by: acme_apps # soon\nsunset: 2027-01-31")
    release(released, "acme_old", Part.MINOR, "Goes.")
    rename(released, "acme_apps", "acme_used")
    assert released.load_prompt("acme_old").replaced_by == "acme_used"
    assert check_library(released) == []


def test_a_text_that_names_it_is_left_to_a_person(released, capsys):
    scaffold(released, "acme_other")
    edit(released, "acme_other", "most users first.", "most users first, as in acme_apps.")
    assert rename_prompt(released, "acme_apps", "acme_used") == 0
    printed = capsys.readouterr()
    assert printed.out == "acme_used@1.1.0\n"
    assert printed.err == (
        "Released as acme_used@1.1.0, since the name stands in the text; acme_apps still leads here.\n"
        "acme_other names acme_apps in its text: change it there.\n"
    )


def test_a_profile_that_knows_the_old_name_is_given_the_new_one(released, tmp_path):
    rename(released, "acme_apps", "acme_used")
    (tmp_path / "dashboard.yaml").write_text("views: [acme_apps]\n", "utf-8")
    with pytest.raises(PromptkitError, match="fix: write acme_used"):
        load_profile(tmp_path / "dashboard.yaml", released)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("acme_apps", "acme_other", "name-taken"),
        ("acme_apps", "vendors", "name-taken"),
        ("acme_apps", "Used", "wrong-name"),
        ("acme_none", "acme_used", "unknown-prompt"),
        ("vendors", "acme_used", "not-own"),
    ],
)
def test_a_name_that_is_taken_or_a_prompt_that_is_not_there_changes_nothing(released, old, new, code):
    scaffold(released, "acme_other")
    before = names(released)
    with pytest.raises(PromptkitError, match=code):
        rename(released, old, new)
    assert names(released) == before


def test_the_former_name_of_another_prompt_is_taken(released):
    rename(released, "acme_apps", "acme_used")
    scaffold(released, "acme_other")
    with pytest.raises(PromptkitError, match="acme_used was called acme_apps before"):
        rename(released, "acme_other", "acme_apps")


def test_a_prompt_that_changed_since_its_release_is_released_first(released):
    edit(released, "acme_apps", "most users first.", "the most used first.")
    with pytest.raises(PromptkitError, match="promptkit bump acme_apps"):
        rename(released, "acme_apps", "acme_used")
    assert "prompts/acme_apps.yaml" in names(released)
