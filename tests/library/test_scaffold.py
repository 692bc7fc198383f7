import pytest

from promptkit.checking.library import check_library
from promptkit.errors import PromptkitError
from promptkit.library.scaffold import scaffold
from promptkit.library.versions import Part, release


def test_a_scaffold_passes_check_and_is_released_as_it_stands(copy):
    scaffold(copy, "busy_apps")
    assert check_library(copy) == []
    assert release(copy, "busy_apps", Part.MINOR, "New view.") == "busy_apps@1.0.0"
    assert check_library(copy) == []
    assert copy.load_prompt("busy_apps").status == "stable"


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
