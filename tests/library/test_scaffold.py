import pytest

from promptkit.checking.library import check_library
from promptkit.errors import PromptkitError
from promptkit.files import load_yaml
from promptkit.library.scaffold import scaffold, start_library
from promptkit.library.store import open_library
from promptkit.library.versions import Part, release


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_scaffold_passes_check_and_is_released_as_it_stands(copy, language):
    scaffold(copy, "busy_apps", language=language)
    assert copy.load_prompt("busy_apps").language == language
    assert check_library(copy) == []
    assert release(copy, "busy_apps", Part.MINOR, "New view.") == "busy_apps@1.0.0"
    assert check_library(copy) == []
    assert copy.load_prompt("busy_apps").status == "stable"


def test_a_draft_in_a_language_that_nobody_wrote_is_refused_before_a_file_is_written(copy):
    with pytest.raises(
        PromptkitError, match=r"there is no language fr\n    fix: write one of de, en, or add languages/fr"
    ):
        scaffold(copy, "busy_apps", language="fr")
    assert not (copy.prompts / "busy_apps.yaml").exists()


def test_a_scaffold_is_a_prompt_a_recipe_and_a_case(copy):
    paths = [copy.relative(path) for path in scaffold(copy, "busy_apps")]
    assert paths == ["prompts/busy_apps.yaml", "prompts/recipes/busy_apps.yaml", "evals/cases/busy_apps.yaml"]


@pytest.mark.parametrize("folder", ["prompts/recipes", "evals/cases"])
def test_a_name_is_taken_where_any_of_the_three_files_is_there(copy, folder):
    (copy.root / folder / "busy_apps.yaml").touch()
    with pytest.raises(PromptkitError, match=f"{folder}/busy_apps.yaml already exists"):
        scaffold(copy, "busy_apps")
    assert not (copy.prompts / "busy_apps.yaml").exists()


@pytest.mark.parametrize("name", ["renewal_calendar", "Busy", "../x", "a b", ""])
def test_a_scaffold_overwrites_nothing_and_takes_only_names(copy, name):
    before = sorted(copy.root.rglob("*"))
    with pytest.raises(PromptkitError):
        scaffold(copy, name)
    assert sorted(copy.root.rglob("*")) == before


def test_a_library_of_ones_own_begins_without_a_problem_and_runs_what_it_tells_its_ci_to(tmp_path):
    folder = tmp_path / "acme"
    start_library(folder)
    own = open_library(folder)
    scaffold(own, "acme_apps")
    assert check_library(own) == []
    workflow = load_yaml(folder / ".github" / "workflows" / "promptkit.yml").data
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert steps == ['pip install "$PROMPTKIT"', "promptkit check", "promptkit eval"]
    assert workflow["env"]["PROMPTKIT_LIBRARY"] == "."
    hook = load_yaml(folder / ".pre-commit-config.yaml").data["repos"][0]["hooks"][0]
    assert hook["entry"] == "promptkit check --library ."


def test_a_library_is_begun_only_where_nothing_is(tmp_path):
    (tmp_path / ".git").mkdir()
    start_library(tmp_path)
    with pytest.raises(PromptkitError, match="folder-in-use"):
        start_library(tmp_path)
