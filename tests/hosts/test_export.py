import pytest
from jinja2 import Environment, meta

from promptkit.commands.export import write_project
from promptkit.connection.client import TORII_URL
from promptkit.errors import PromptkitError
from promptkit.hosts.plugin import export_plugin
from promptkit.library.identity import identify
from promptkit.library.instructions import Variant, build_instructions, load_hosts
from promptkit.library.store import Library, default_root
from promptkit.model import DEFAULT_PROFILE, Profile
from tests.sources import ROOT

HOSTS = load_hosts(Library(default_root()))


def exported(library: Library, kind: str, folder, profile: Profile = DEFAULT_PROFILE, url: str = TORII_URL):
    assert write_project(library, kind, folder, profile, url) == 0
    return folder


def test_nothing_that_is_exported_holds_a_template(library, tmp_path):
    folder = exported(library, "chatgpt-project", tmp_path)
    texts = {path.stem: path.read_text("utf-8") for path in folder.rglob("*.md")}
    assert [name for name, text in texts.items() if "{{" in text or "{%" in text] == []
    assert 'about the app "[app]"?' in texts["app_dossier"]
    assert "since [since]?" in texts["what_changed"]


def test_the_steps_name_every_blank(library, tmp_path):
    steps = (exported(library, "claude-project", tmp_path) / "README.md").read_text("utf-8")
    assert "`prompts/portfolio/app_dossier.md`: put your own words in place of `[app]`." in steps
    assert steps.count("put your own words") == 5


def test_a_prompt_whose_blank_was_filled_in_by_hand_is_known(library, tmp_path):
    path = exported(library, "custom-gpt", tmp_path) / "prompts/portfolio/app_dossier.md"
    found = identify(library, path.read_text("utf-8").replace("[app]", "Slack"))
    assert (found.reference.partition("@")[0], found.is_edited) == ("app_dossier", False)


@pytest.mark.parametrize("host", HOSTS)
def test_a_project_folder_has_steps_instructions_and_prompts(library, tmp_path, host):
    folder = exported(library, host, tmp_path / host)
    steps = (folder / "README.md").read_text("utf-8")
    assert steps.index("Read-only** role") < steps.index("read actions") < steps.index("instructions.md")
    text = build_instructions(library, Variant(HOSTS[host].variant))
    assert (folder / "instructions.md").read_text("utf-8") == text
    prompts = {path.stem for path in folder.glob("prompts/*/*.md")}
    assert prompts == set(library.prompt_names())


def test_a_profile_chooses_the_views(library, tmp_path):
    folder = exported(library, "claude-project", tmp_path / "x", Profile(views=("renewal_calendar",)))
    assert [path.stem for path in folder.glob("prompts/*/*.md")] == ["renewal_calendar"]


def test_the_steps_name_the_companys_guard_in_place_of_torii(library, tmp_path):
    folder = exported(library, "chatgpt-project", tmp_path, url="https://guard.example.com/mcp")
    steps = (folder / "README.md").read_text("utf-8")
    assert "address https://guard.example.com/mcp" in steps
    assert TORII_URL not in steps


def test_a_folder_that_holds_something_is_left_alone(library, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(PromptkitError, match="folder-in-use"):
        write_project(library, "claude-project", tmp_path, DEFAULT_PROFILE, TORII_URL)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_host_names_the_known_ones(library, tmp_path):
    with pytest.raises(PromptkitError, match="chatgpt-project"):
        write_project(library, "chatgtp", tmp_path / "x", DEFAULT_PROFILE, TORII_URL)


def test_a_profile_chooses_the_language_of_the_instructions(library, tmp_path):
    german = DEFAULT_PROFILE.model_copy(update={"language": "de"})
    exported(library, "chatgpt-project", tmp_path / "out", german)
    text = (tmp_path / "out/instructions.md").read_text("utf-8")
    assert text == build_instructions(library, language="de")


def test_what_is_exported_with_german_instructions_is_told_in_german(library, tmp_path):
    german = Profile(language="de")
    steps = (exported(library, "chatgpt-project", tmp_path / "out", german) / "README.md").read_text("utf-8")
    assert "# ChatGPT-Projekt: Torii-Dashboard, nur lesend" in steps
    assert "mit einer Tabelle und einem Nachweis zurückkommen" in steps
    files = export_plugin(library, german, TORII_URL)
    skill = files["skills/torii-portfolio/SKILL.md"]
    assert "`references/app_dossier.md`: Was wissen wir über eine App?" in skill
    assert "Evidence" not in skill


@pytest.mark.parametrize("path", sorted((ROOT / "instructions/export/de").glob("*.j2")), ids=lambda path: path.name)
def test_a_translated_template_fills_in_what_the_english_one_does(path):
    names = [
        meta.find_undeclared_variables(Environment(autoescape=True).parse(one.read_text("utf-8")))
        for one in (path, path.parents[1] / path.name)
    ]
    assert names[0] - {"words"} == names[1] - {"words"}
