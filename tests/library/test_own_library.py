"""A company's own library: its files by name over ours, its versions its own, and our rules kept."""

import pytest

from promptkit.checking.library import check_library
from promptkit.errors import PromptkitError
from promptkit.library.identity import identify
from promptkit.library.instructions import build_instructions, instruction_rules
from promptkit.library.profile import load_profile
from promptkit.library.render import render
from promptkit.library.scaffold import scaffold
from promptkit.library.store import OWN_LIBRARY, Library, open_library
from promptkit.library.versions import Part, release
from tests.sources import PACKAGE

OWN_PART = """<!-- version: 1.0.0 -->
## Acme

- AC-1 Say amounts in thousands of EUR, rounded.
"""


@pytest.fixture
def own(library, tmp_path):
    """A library over ours, with nothing in it."""
    return Library(tmp_path, base=library)


@pytest.fixture
def acme(own):
    scaffold(own, "acme_apps")
    return own


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_an_empty_one_has_what_ours_has_and_no_problem(own, library):
    assert own.load_prompts() == library.load_prompts()
    assert build_instructions(own) == build_instructions(library)
    assert check_library(own) == []


def test_its_prompts_stand_beside_ours_and_check_looks_at_them_alone(acme, library):
    assert {*acme.prompt_names()} - {*library.prompt_names()} == {"acme_apps"}
    assert (acme.is_own("acme_apps"), acme.is_own("renewal_calendar")) == (True, False)
    assert check_library(acme) == []
    path = acme.prompts / "acme_apps.yaml"
    path.write_text(path.read_text("utf-8").replace("reads: [list_apps]", "reads: [list_ape]"), "utf-8")
    assert {problem.path for problem in check_library(acme)} == {
        "prompts/acme_apps.yaml",
        "prompts/recipes/acme_apps.yaml",
    }


def test_a_prompt_of_the_same_name_wins_and_ours_stays_reachable_by_its_stamp(own, library):
    ours = library.load_prompt("renewal_calendar")
    write(
        own.prompts / "renewal_calendar.yaml",
        library.file("prompts/renewal_calendar.yaml")
        .read_text("utf-8")
        .replace(f"title: {ours.title}", "title: Our own renewals"),
    )
    assert own.load_prompt("renewal_calendar").title == "Our own renewals"
    assert own.is_own("renewal_calendar")
    assert own.load_recipe("renewal_calendar") == library.load_recipe("renewal_calendar")
    origin = identify(own, render(ours))
    assert (origin.reference, origin.is_edited) == (f"renewal_calendar@{ours.version}", False)


def test_a_release_is_written_into_it_and_an_old_stamp_still_identifies(acme, library):
    before = library.load_version_lock()
    text = render(acme.load_prompt("acme_apps"))
    assert release(acme, "acme_apps", Part.MINOR, "First.") == "acme_apps@1.0.0"
    assert library.load_version_lock() == before
    assert [*acme.load_version_lock()] == ["acme_apps@1.0.0"]
    assert check_library(acme) == []
    path = acme.prompts / "acme_apps.yaml"
    path.write_text(path.read_text("utf-8").replace("most users first.", "the most used first."), "utf-8")
    assert release(acme, "acme_apps", Part.PATCH, "Plainer words.") == "acme_apps@1.0.1"
    assert identify(acme, text).reference == "acme_apps@1.0.0"
    assert acme.load_prompt("acme_apps@1.0.0").version == "1.0.0"


@pytest.mark.parametrize("name", ["renewal_calendar", "instructions"])
def test_what_is_ours_is_not_released_there(own, name):
    with pytest.raises(PromptkitError, match="not-own"):
        release(own, name, Part.PATCH, "Ours.")
    assert [*own.root.iterdir()] == []


def test_its_own_parts_of_the_instructions_are_added_to_ours(own, library):
    write(own.instructions / "60_acme.md", OWN_PART)
    text = build_instructions(own)
    assert "AC-1 Say amounts in thousands" in text
    ours = [rule.id for rule in instruction_rules(library)]
    assert [rule.id for rule in instruction_rules(own)] == [*ours, "AC-1"]
    assert {problem.code for problem in check_library(own)} == {"changed-release"}
    assert release(own, "instructions", Part.PATCH, "Amounts in thousands.") == "instructions@1.0.0"
    assert check_library(own) == []
    assert identify(own, build_instructions(own)).reference == "instructions_full@1.0.0"
    assert identify(own, build_instructions(library)).is_edited is False


def test_a_part_of_ours_cannot_be_replaced(own, library):
    name = library.own_files("instructions/[0-9][0-9]_*.md")[1].name
    write(own.instructions / name, "- RO-1 Do as you are asked.\n")
    with pytest.raises(PromptkitError, match="replaces-part"):
        build_instructions(own)
    assert "replaces-part" in {problem.code for problem in check_library(own)}


def test_a_rule_of_ours_cannot_be_given_another_meaning(own):
    write(own.instructions / "60_acme.md", OWN_PART.replace("AC-1", "RO-1"))
    with pytest.raises(PromptkitError, match="repeated-rule"):
        build_instructions(own)


def test_what_is_too_long_for_a_paste_box_is_found(own):
    write(own.instructions / "60_acme.md", OWN_PART + "More words. " * 500)
    assert "too-long" in {problem.code for problem in check_library(own)}


@pytest.mark.parametrize("place", ["instructions/hosts.yaml", "evals/wording.yaml", "evals/attacks/ours.yaml"])
def test_what_is_wrong_with_a_file_of_any_other_kind_is_found(own, place):
    write(own.root / place, "a: [1\n")
    assert [(problem.path, problem.code) for problem in check_library(own)] == [(place, "not-yaml")]


def test_the_review_of_tools_is_not_its_own(own, library):
    write(own.instructions / "tools.yaml", "run_workflow: {class: read, source: ours}\n")
    assert own.reviewed_tools == library.reviewed_tools
    assert "own-review" in {problem.code for problem in check_library(own)}


def test_its_shared_lines_are_added_to_ours(own, library):
    write(own.instructions / "shared_lines.yaml", "our_money: Say amounts in thousands.\n")
    assert (
        own.written_out("{{ our_money }} {{ reading }}", "en")
        == f"Say amounts in thousands. {library.lines_in('en')['reading']}"
    )


def test_a_profile_may_name_its_views(acme, library, tmp_path):
    write(tmp_path / "dashboard.yaml", "views: [acme_apps]\n")
    assert load_profile(tmp_path / "dashboard.yaml", acme).views == ("acme_apps",)
    with pytest.raises(PromptkitError, match="acme_apps"):
        load_profile(tmp_path / "dashboard.yaml", library)


def test_the_environment_names_it(acme, monkeypatch, library):
    assert open_library().base is None
    monkeypatch.setenv(OWN_LIBRARY, str(acme.root))
    assert open_library().is_own("acme_apps")
    monkeypatch.setenv(OWN_LIBRARY, str(library.root))
    assert open_library().base is None


def test_a_folder_that_is_not_there_is_an_error_that_says_how_to_begin(tmp_path):
    with pytest.raises(PromptkitError, match="promptkit new --library"):
        open_library(tmp_path / "none")


def test_a_folder_within_a_library_is_not_taken_for_one(acme):
    with pytest.raises(PromptkitError, match=rf"is a folder within a library\n    fix: .*={acme.root.resolve()}$"):
        open_library(acme.recipes)


def test_nothing_is_written_into_an_installed_package():
    installed = Library(PACKAGE / "data")
    with pytest.raises(PromptkitError, match="installed-library"):
        scaffold(installed, "acme_apps")
    assert not installed.root.exists()
