"""The plugin: what each host's format asks for, the same bytes each time, and nothing that only looks installed."""

import io
import json
import re
import zipfile

import pytest
import skills_ref

from promptkit.commands.export import write_plugin
from promptkit.errors import UsageError
from promptkit.files import load_yaml
from promptkit.hosts.plugin import MARKETPLACE, NAME, export_plugin
from promptkit.library.instructions import build_instructions
from promptkit.library.render import render
from promptkit.model import DEFAULT_PROFILE, Profile

URL = "https://guard.example/word/mcp"
# Agent Plugins 1.0.0: closed, `$schema` and `name` required.
MANIFEST = {"$schema", "name", "version", "description", "author", "homepage", "repository", "license", "keywords"}


@pytest.fixture(scope="module")
def folder(library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugin")
    assert write_plugin(library, folder, DEFAULT_PROFILE, URL) == 0
    return folder


def data(path):
    return json.loads(path.read_text("utf-8"))


def skills(folder):
    return sorted(path.parent for path in folder.glob("skills/*/SKILL.md"))


def test_the_manifest_of_agent_plugins_has_only_its_fields(folder):
    manifest = data(folder / "plugin.json")
    assert manifest.keys() <= MANIFEST
    assert manifest["$schema"] == "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"
    assert re.fullmatch(r"[a-z0-9.-]{1,64}", manifest["name"])


def test_each_host_is_given_the_address_and_no_secret(folder):
    assert data(folder / "mcp.json")["mcpServers"] == {"torii": {"type": "streamable-http", "url": URL}}
    assert data(folder / ".mcp.json") == {"mcpServers": {"torii": {"type": "http", "url": URL}}}


def test_the_marketplace_lists_the_plugin_that_lies_beside_it(folder):
    marketplace, plugin = data(folder / ".claude-plugin/marketplace.json"), data(folder / ".claude-plugin/plugin.json")
    (entry,) = marketplace["plugins"]
    assert (marketplace["name"], entry["name"], entry["source"]) == (MARKETPLACE, NAME, "./")
    assert marketplace["owner"]["name"]
    assert (plugin["name"], plugin["version"]) == (NAME, entry["version"])


def test_every_skill_passes_the_reference_validator(folder):
    assert {path.name: found for path in skills(folder) if (found := skills_ref.validate(path))} == {}


def test_there_is_a_skill_for_each_group_and_it_holds_its_views(library, folder):
    groups = {f"torii-{prompt.group}" for prompt in library.load_prompts()}
    assert {path.name for path in skills(folder)} == groups | {NAME}
    views = [path.stem for path in folder.glob("skills/*/references/*.md")]
    assert sorted(views) == sorted(library.prompt_names())
    text = (folder / "skills/torii-renewals/references/renewal_calendar.md").read_text("utf-8")
    assert render(library.load_prompt("renewal_calendar")) in text


def test_the_rules_are_a_skill_and_every_other_one_has_them_in_short(library, folder):
    assert build_instructions(library) in (folder / f"skills/{NAME}/SKILL.md").read_text("utf-8")
    assert [path.name for path in skills(folder) if "RO-1" not in (path / "SKILL.md").read_text("utf-8")] == []


def test_what_openai_shows_of_a_skill_is_yaml_within_its_limits(folder):
    for path in folder.glob("skills/*/agents/openai.yaml"):
        shown = load_yaml(path).data
        assert len(shown["interface"]["default_prompt"]) <= 255
        assert len(shown["interface"]["short_description"]) <= 255
        assert shown["dependencies"]["tools"][0]["url"] == URL


def test_a_zip_holds_one_skill_in_a_folder_of_its_name(folder):
    for path in skills(folder):
        with zipfile.ZipFile(folder / f"zips/{path.name}.zip") as archive:
            packed = {name: archive.read(name) for name in archive.namelist()}
        files = {f"{path.name}/{one.relative_to(path).as_posix()}": one.read_bytes() for one in path.rglob("*.*")}
        assert packed == files
        assert (folder / f"zips/{path.name}.zip").stat().st_size < 8 * 2**20


def test_the_same_library_gives_the_same_bytes(library):
    assert export_plugin(library, DEFAULT_PROFILE, URL) == export_plugin(library, DEFAULT_PROFILE, URL)


def test_only_the_views_of_the_profile_are_in_it(library):
    files = export_plugin(library, Profile(views=("vendors",)), URL)
    assert [path for path in files if "/references/" in path] == ["skills/torii-portfolio/references/vendors.md"]
    names = zipfile.ZipFile(io.BytesIO(files["zips/torii-portfolio.zip"])).namelist()
    assert "torii-portfolio/references/vendors.md" in names


def test_an_address_with_a_secret_or_without_https_is_refused(library, tmp_path):
    for url in ("http://guard.example/mcp", "https://ada:secret@guard.example/mcp"):
        with pytest.raises(UsageError):
            write_plugin(library, tmp_path / "plugin", DEFAULT_PROFILE, url)
    assert not (tmp_path / "plugin").exists()
