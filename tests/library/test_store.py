"""What must hold between the folders: every file is used by another."""

import pytest

from promptkit.files import load_yaml
from promptkit.library.render import render
from promptkit.library.store import default_root
from promptkit.model import ToolClass
from tests.sources import ROOT

GUIDE_QUESTIONS = {
    "connection_apps": "Which apps in Torii have more than 100 users?",
    "connection_contracts": "Show me contracts renewing in the next 60 days.",
    "connection_workflows": "List workflows that ran in the last 7 days.",
}
PROMPTS = sorted(path.stem for path in (ROOT / "prompts").glob("*.yaml"))


def rendered(library, prompt) -> str:
    """The prompt as the first sample of its case fills it in."""
    return render(prompt, library.load_case_file(prompt.name).cases[0].arguments)


def test_the_library_of_a_checkout_is_the_checkout():
    assert default_root() == ROOT


@pytest.mark.parametrize(("name", "question"), GUIDE_QUESTIONS.items())
def test_a_connection_check_begins_with_the_guide_s_own_question(library, name, question):
    assert render(library.load_prompt(name)).splitlines()[0] == question


def test_every_case_has_a_prompt(library):
    assert sorted(path.stem for path in (library.evals / "cases").glob("*.yaml")) == PROMPTS


def test_every_prompt_has_a_recipe_and_no_recipe_is_taken_for_a_prompt(library):
    assert sorted(path.stem for path in library.recipes.glob("*.yaml")) == library.prompt_names() == PROMPTS


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_fits_a_chat_and_says_who_it_is(library, name):
    text = rendered(library, library.load_prompt(name))
    assert len(text) <= 6500
    assert text.splitlines()[-1].startswith(f"[{name}@")


@pytest.mark.parametrize("name", PROMPTS)
def test_a_released_prompt_still_renders_from_the_archive(library, name):
    prompt = library.load_prompt(name)
    assert rendered(library, library.load_archived(name, prompt.version)) == rendered(library, prompt)


def test_a_prompt_as_it_is_now_is_found_by_its_version_too(library):
    prompt = library.load_prompt("renewal_calendar")
    assert library.load_current(f"renewal_calendar@{prompt.version}") == prompt


def test_every_group_has_its_label_on_the_page(library):
    labels = load_yaml(ROOT / "promptkit/page/groups.yaml").data
    assert {prompt.group for prompt in library.load_prompts()} - set(labels) == set()


def test_shared_lines_are_asked_for_and_not_written_again(library):
    texts = [path.read_text("utf-8") for path in library.prompt_files()]
    for name, line in library.lines_in("en").items():
        assert sum(f"{{{{ {name} }}}}" in text for text in texts) > 1, name
        assert [text for text in texts if line in text] == [], name


def test_every_problem_code_is_on_the_page(library):
    page = (library.prompts / "README.md").read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in (ROOT / "promptkit").rglob("*.py"))
    codes = {path.stem.replace("_", "-") for path in (ROOT / "tests/bad").rglob("*.yaml")}
    assert {code for code in codes if f'"{code}"' not in source} == set()
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_every_tool_says_which_document_it_comes_from(library):
    sources = {name: rule.source for name, rule in library.reviewed_tools.items()}
    assert {name for name, source in sources.items() if source[:3] not in {"[O]", "[N]", "[S]", "[G]"}} == set()


def test_the_actions_of_the_guide_are_known_as_actions(library):
    for name in ("run_workflow", "update_user", "create_contract"):
        assert library.reviewed_tools[name].tool_class is ToolClass.ACTION
