import shutil
from pathlib import Path

import pytest

from promptkit.checking.library import check_library, check_prompt_file
from promptkit.errors import PromptkitError
from promptkit.library.instructions import instructions_version
from promptkit.library.store import Library
from tests.sources import ROOT

BAD = sorted((ROOT / "tests" / "bad").glob("*.yaml"))


def problems_of(library: Library, path: Path) -> str:
    try:
        problems = sorted(check_prompt_file(library, path))
    except PromptkitError as error:
        problems = error.problems
    return "\n".join(map(str, problems))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_broken_prompt_is_reported_as_its_first_comment_says(tmp_path, path):
    library = Library(tmp_path)
    shutil.copytree(ROOT / "instructions", tmp_path / "instructions")
    library.prompts.mkdir()
    for folder, code in ((library.recipes, "no_recipe"), (library.evals / "cases", "no_case")):
        folder.mkdir(parents=True)
        if path.stem != code:
            (folder / path.name).touch()
    lock = "".join(f"{name}@1.0.0: '0'\n" for name in ("changed_release", "half_deprecated", "unknown_replacement"))
    (library.prompts / "versions.lock").write_text(lock)
    copied = Path(shutil.copy(path, library.prompts))
    expected = [line[2:] for line in path.read_text("utf-8").splitlines() if line.startswith("# ")]
    assert problems_of(library, copied).splitlines() == expected


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_broken_file_shows_the_code_it_is_named_after(path):
    assert f"[{path.stem.replace('_', '-')}]" in path.read_text("utf-8")


def test_the_library_has_no_problems(library):
    assert check_library(library) == []


def test_the_problems_of_all_files_are_reported_together(copy):
    for name in ("connection_apps", "renewal_calendar"):
        path = copy.prompts / f"{name}.yaml"
        path.write_text(path.read_text("utf-8").replace("title:", "tittle:"), encoding="utf-8")
    found = [(problem.path, problem.code) for problem in check_library(copy) if problem.path.startswith("prompts/")]
    assert found == [
        (f"prompts/{name}.yaml", code)
        for name in ("connection_apps", "renewal_calendar")
        for code in ("missing-key", "unknown-key")
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("prompt: connection_apps@", "prompt: connection_apps@9", "stale-case"),
        ("prompt: connection_apps@", "prompt: other@", "no-such-prompt"),
        ("{min_users: 0, rows: 100}", "{min_users: -1}", "wrong-sample"),
        ("more than 100 users", "more than 99 users", "renders-differently"),
        ("truth:", "truht:", "unknown-key"),
    ],
)
def test_a_broken_case_is_reported(copy, old, new, code):
    path = copy.evals / "cases" / "connection_apps.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    assert code in {problem.code for problem in check_library(copy)}


def test_an_action_tool_in_tools_yaml_cannot_lose_its_class(copy):
    path = copy.instructions / "tools.yaml"
    path.write_text(path.read_text("utf-8").replace("class: action", "class: unknown", 1), encoding="utf-8")
    assert [problem.code for problem in check_library(copy)] == ["wrong-value"]


def test_a_rule_id_stands_once(copy):
    path = copy.instructions / "40_drilldown.md"
    path.write_text(path.read_text("utf-8") + "- RO-1 Again.\n", encoding="utf-8")
    found = {(problem.code, problem.path) for problem in check_library(copy)}
    assert ("repeated-rule", "instructions/40_drilldown.md") in found


def test_instructions_over_the_limit_are_reported(copy):
    (copy.instructions / "90_more.md").write_text("\U0001f600" * 3000, encoding="utf-8")
    assert "too-long" in {problem.code for problem in check_library(copy)}


def test_instructions_that_changed_after_their_release_are_reported(copy):
    path = copy.instructions / "40_drilldown.md"
    path.write_text(path.read_text("utf-8").replace("Keep an Unassigned", "Drop the Unassigned"), encoding="utf-8")
    told = f"the instructions differ from what was released as {instructions_version(copy)}"
    assert [str(problem).splitlines()[0] for problem in check_library(copy)] == [
        f"instructions/10_role.md:1:1: [changed-release] {told}"
    ]


def test_a_comment_in_the_instructions_needs_no_new_version(copy):
    path = copy.instructions / "40_drilldown.md"
    path.write_text("<!-- why: to be kept short. -->\n" + path.read_text("utf-8"), encoding="utf-8")
    assert check_library(copy) == []


def test_a_release_that_the_changelog_does_not_name_is_reported(copy):
    path = copy.prompts / "CHANGELOG.md"
    released = f"renewal_calendar@{copy.load_prompt('renewal_calendar').version}"
    path.write_text(path.read_text("utf-8").replace(f"`{released}`", ""), encoding="utf-8")
    assert [problem.message for problem in check_library(copy)] == [f"it does not mention {released}"]
