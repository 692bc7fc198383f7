import pytest

from promptkit.checking.library import check_library, check_prompt_file
from promptkit.commands.render import render_prompt
from promptkit.commands.show import list_prompts, show_prompt
from promptkit.commands.versions import show_diff
from promptkit.errors import PromptkitError
from promptkit.library.identity import identify
from promptkit.library.instructions import Variant, build_instructions, instructions_version
from promptkit.library.render import render
from promptkit.library.scaffold import scaffold
from promptkit.library.store import Library, version_digest
from promptkit.library.versions import Part, bumped, least_part, release
from promptkit.model import DEFAULT_PROFILE
from tests.sources import ROOT

NAME = "renewal_calendar"
VERSION = Library(ROOT).load_prompt(NAME).version
NOW, NEXT = f"{NAME}@{VERSION}", f"{NAME}@{bumped(VERSION, Part.PATCH)}"
INSTRUCTIONS_VERSION = instructions_version(Library(ROOT))


def edit(copy: Library, old: str, new: str, name: str = "renewal_calendar") -> None:
    path = copy.prompts / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


@pytest.mark.parametrize(("part", "version"), [(Part.MAJOR, "2.0.0"), (Part.MINOR, "1.3.0"), (Part.PATCH, "1.2.4")])
def test_a_version_is_bumped_by_its_part(part, version):
    assert bumped("1.2.3", part) == version


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("title: What renews", "title: Which contract renews", Part.PATCH),
        ("        - {name: auto_renewal}\n", "", Part.MAJOR),
        ("        - {name: owner}\n", "        - {name: owner}\n        - {name: notice, type: date}\n", Part.MINOR),
        ("{name: owner}", "{name: owner, type: integer}", Part.MAJOR),
        ("  days:\n", "  horizon:\n", Part.MAJOR),
        ("    default: next 90 days\n", "", Part.MAJOR),
        ("arguments:\n", "arguments:\n  team: {type: string, description: Who asks.}\n", Part.MAJOR),
        ("arguments:\n", "arguments:\n  team: {type: string, default: a, description: Who asks.}\n", Part.MINOR),
        ("    - {name: contracts, type: integer, unit: contracts}\n", "", Part.MAJOR),
        (
            "    type: window\n    default: next 90 days\n    minimum: 1\n    maximum: 730\n",
            "    type: string\n    default: a\n",
            Part.MAJOR,
        ),
        ("    type: window\n    default: next 90 days\n", "    type: integer\n    default: 90\n", Part.MAJOR),
    ],
)
def test_the_size_of_a_change_is_told_from_what_goes_and_comes(copy, old, new, part):
    before = copy.load_prompt("renewal_calendar")
    edit(copy, old, new)
    assert least_part(before, copy.load_prompt("renewal_calendar"))[0] is part


def test_days_that_become_a_window_are_a_minor_change(copy):
    with_days = copy.load_archived("renewal_calendar", "1.0.2")
    assert least_part(with_days, copy.load_prompt("renewal_calendar"))[0] is Part.MINOR


@pytest.mark.parametrize(
    ("choices", "part"),
    [("[weekly]", Part.MAJOR), ("[daily, weekly, monthly]", Part.MINOR), ("[weekly, daily]", Part.PATCH)],
)
def test_a_choice_that_goes_is_a_major_change(copy, choices, part):
    before = copy.load_prompt("digest")
    edit(copy, "[daily, weekly]", choices, "digest")
    assert least_part(before, copy.load_prompt("digest"))[0] is part


def test_a_deprecated_prompt_says_everywhere_what_takes_its_place(copy, capfd):
    edit(copy, "version:", "status: deprecated\nreplaced_by: notice_deadlines\nsunset: 2027-01-31\nversion:")
    assert check_library(copy) == []
    farewell = "Deprecated: it will be removed on 2027-01-31; use notice_deadlines."
    assert render_prompt(copy, "renewal_calendar", [], profile=DEFAULT_PROFILE) == 0
    printed = capfd.readouterr()
    assert printed.err == f"renewal_calendar: {farewell}\n"
    assert printed.out == render(copy.load_prompt("renewal_calendar"))
    list_prompts(copy, as_json=False)
    show_prompt(copy, "renewal_calendar", as_json=False)
    assert " ".join(capfd.readouterr().out.split()).count("2027-01-31; use notice_deadlines.") == 2


def test_a_release_passes_check_and_keeps_the_old_version(copy):
    before = render(copy.load_prompt("renewal_calendar"))
    edit(copy, "who owns them", "who is responsible for them")
    assert release(copy, "renewal_calendar", Part.PATCH, "Asks in plainer words.") == NEXT
    assert check_library(copy) == []
    assert render(copy.load_prompt(NOW)) == before
    assert f"[{NEXT} " in render(copy.load_prompt("renewal_calendar"))
    assert f"- `{NEXT}`: Asks in plainer words.\n" in (copy.prompts / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("note", ["Says more: two things.", "#1 wish, 'quoted' \"twice\"", "- a dash", "yes", "1.0"])
def test_a_note_is_kept_word_for_word(copy, note):
    edit(copy, "who owns them", "who is responsible for them")
    release(copy, "renewal_calendar", Part.PATCH, note)
    assert next(iter(copy.load_prompt("renewal_calendar").changes.values())) == note
    assert [*check_prompt_file(copy, copy.prompts / "renewal_calendar.yaml")] == []


@pytest.mark.parametrize("entry", ["First release.", ">-\n    First\n    release.", '"First: release."'])
def test_the_note_of_a_first_release_takes_the_place_of_the_drafts(copy, entry):
    scaffold(copy, "busy_apps")
    edit(copy, "  1.0.0: First release.\n", f"  1.0.0: {entry}\n  0.9.0: Tried out.\n", "busy_apps")
    release(copy, "busy_apps", Part.MINOR, "Counts apps: by users.")
    changes = copy.load_prompt("busy_apps").changes
    assert changes == {"1.0.0": "Counts apps: by users.", "0.9.0": "Tried out."}


@pytest.mark.parametrize("note", ["", "two\nlines", "x" * 301])
def test_a_note_that_is_not_one_line_changes_nothing(copy, note):
    edit(copy, "who owns them", "who is responsible for them")
    before = {path: path.read_bytes() for path in copy.root.rglob("*.*") if path.is_file()}
    with pytest.raises(PromptkitError, match="wrong-note"):
        release(copy, "renewal_calendar", Part.PATCH, note)
    assert {path: path.read_bytes() for path in copy.root.rglob("*.*") if path.is_file()} == before


def test_a_change_that_is_larger_than_said_is_not_released(copy):
    edit(copy, "        - {name: auto_renewal}\n", "")
    with pytest.raises(PromptkitError, match="major change: column Renewal calendar/auto_renewal is gone"):
        release(copy, "renewal_calendar", Part.PATCH, "x")
    assert copy.load_prompt("renewal_calendar").version == VERSION


def test_a_prompt_that_did_not_change_is_not_released(copy):
    with pytest.raises(PromptkitError, match="nothing-changed"):
        release(copy, "renewal_calendar", Part.PATCH, "x")


def fitting(copy, users: int) -> tuple[str, str]:
    """What a prompt that fits so many users says, and the digest of its version."""
    edit(copy, f"users: {copy.load_prompt(NAME).fits.users}}}", f"users: {users}}}")
    path = copy.prompts / "renewal_calendar.yaml"
    return render(copy.load_prompt("renewal_calendar")), version_digest(copy.prompt_document(path))


def test_what_a_view_fits_is_measured_anew_without_a_new_version(copy):
    edit(copy, "; it was measured in one of {{ fits }}", "")
    assert fitting(copy, 5000) == fitting(copy, 6000)


def test_what_a_view_fits_belongs_to_a_version_that_says_it(copy):
    edit(copy, "Read only.", "Read only, for up to {{ fits }}.")
    before, after = fitting(copy, 5000), fitting(copy, 6000)
    assert "and 6,000 users." in after[0]
    assert before[1] != after[1]


def pasted(library, **arguments) -> str:
    return render(library.load_prompt("renewal_calendar"), arguments)


def test_an_unedited_paste_is_known_by_its_stamp(library):
    found = identify(library, pasted(library, days=33))
    assert (found.reference, found.is_edited) == (NOW, False)


@pytest.mark.parametrize(
    ("days", "spoil"),
    [
        (33, lambda text: text.rsplit("\n\n", 1)[0].replace(" ", "  ")),
        ("last 7 days", lambda text: " ".join(text.split())),
        ("2027-01-01 to 2027-03-31", lambda text: text.replace("\n", "\r\n\r\n")),
    ],
    ids=["no stamp and wide", "one line", "windows"],
)
def test_a_paste_without_its_stamp_or_white_space_is_still_known(library, spoil, days):
    found = identify(library, spoil(pasted(library, days=days)))
    assert (found.reference, found.is_edited) == (NOW, False)


def test_an_edit_is_shown_although_the_stamp_still_stands(library):
    found = identify(library, pasted(library).replace("Never add two currencies", "Add all currencies"))
    assert (found.reference, found.is_edited) == (NOW, True)
    assert found.edits.splitlines()[3:] == [
        "-Never add two currencies and never convert.",
        "+Add all currencies and never convert.",
    ]


def test_a_stamp_on_another_text_is_not_believed(library):
    stamp = pasted(library).splitlines()[-1]
    assert identify(library, f"Please run the workflow for me.\n\n{stamp}") is None


@pytest.mark.parametrize("variant", Variant)
def test_instructions_are_known_too(library, variant):
    text = build_instructions(library, variant)
    assert identify(library, text).reference == f"instructions_{variant}@{INSTRUCTIONS_VERSION}"
    assert identify(library, " ".join(text.split()[:-2])).reference == f"instructions_{variant}@{INSTRUCTIONS_VERSION}"


def test_instructions_are_released_and_the_old_ones_stay_known(copy):
    old = build_instructions(copy)
    path = copy.instructions / "40_drilldown.md"
    path.write_text(
        path.read_text("utf-8").replace("Keep an Unassigned", "Always keep an Unassigned"), encoding="utf-8"
    )
    later = bumped(INSTRUCTIONS_VERSION, Part.PATCH)
    assert release(copy, "instructions", Part.PATCH, "Plainer.") == f"instructions@{later}"
    assert check_library(copy) == []
    spoilt = " ".join(old.rsplit("\n\n", 1)[0].split())
    assert identify(copy, spoilt).reference == f"instructions_full@{INSTRUCTIONS_VERSION}"
    assert identify(copy, build_instructions(copy)).reference == f"instructions_full@{later}"


def test_an_edit_is_compared_with_the_release_line_by_line_as_the_file_has_it(copy, capsys):
    edit(copy, "title: What renews soon", "title: What ends soon")
    edit(copy, "  - Torii has no renewal date: a contract renews on its end date.\n", "")
    assert show_diff(copy, NOW, NAME) == 1
    changes, rendered = capsys.readouterr().out.split(f"--- {NOW} rendered")
    unversioned = [f"+  - {question}" for question in copy.load_prompt(NAME).questions] + ["+questions:"]
    lines = [line for line in changes.splitlines()[2:] if line.startswith(("+", "-")) and "chart:" not in line]
    assert [line for line in lines if line.replace('"', "") not in unversioned] == [
        "-title: What renews soon, and what is it worth?",
        "+title: What ends soon, and what is it worth?",
        "-  - Torii has no renewal date: a contract renews on its end date.",
    ]
    assert "\n-- Torii has no renewal date: a contract renews on its end date.\n" in rendered


def test_two_versions_of_the_instructions_can_be_compared(library, capsys):
    assert show_diff(library, "instructions_short", "instructions_short") == 0
    assert capsys.readouterr().out == ""
    assert show_diff(library, "instructions_short@1.0.0", "instructions_short@1.0.1") == 1
    assert "+- EV-3 Torii stores cents: divide by 100" in capsys.readouterr().out


def test_a_version_of_the_instructions_that_never_was_is_an_error(library):
    with pytest.raises(PromptkitError, match=r"instructions_full has no version ../../secrets"):
        show_diff(library, "instructions_full@../../secrets", "instructions_full")


def test_the_first_note_under_unreleased_is_a_list_of_its_own(copy):
    path = copy.prompts / "CHANGELOG.md"
    path.write_text("# Changes\n\n## Unreleased\n\n## 0.1.0\n", encoding="utf-8")
    for words in ("in plainer words", "in the plainest words"):
        edit(copy, "who owns them", f"who owns them, {words}")
        release(copy, "renewal_calendar", Part.PATCH, words)
    last = f"{NAME}@{bumped(bumped(VERSION, Part.PATCH), Part.PATCH)}"
    notes = f"- `{last}`: in the plainest words\n- `{NEXT}`: in plainer words\n"
    assert path.read_text("utf-8") == f"# Changes\n\n## Unreleased\n\n{notes}\n## 0.1.0\n"
