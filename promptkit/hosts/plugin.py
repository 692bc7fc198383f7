"""One repository that ChatGPT, Codex and Claude install as a plugin: a skill for each group of views, and a server."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from promptkit.hosts.export import Files, fill, offered_prompts, text_with_blanks
from promptkit.library.instructions import (
    Variant,
    build_instructions,
    instructions_language,
    instructions_version,
)
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt

NAME = "torii-read-only"
MARKETPLACE = "torii-dashboards"
# Of Agent Plugins, which ChatGPT, Codex, Cursor and others read.
_SCHEMAS = "https://agent-plugins.org/schemas/1.0.0"
_MAKER = {"name": "promptkit for Torii"}
_MAX_DESCRIPTION = 1024  # Agent Skills.
_MAX_SHORT_TEXT = 255  # OpenAI's directory.
_UNIX = 3
_EPOCH = (1980, 1, 1, 0, 0, 0)  # The earliest day of a zip file, so that the same library gives the same bytes.


def export_plugin(library: Library, profile: Profile, url: str) -> Files:
    """The repository by path. `url` is where the hosts reach Torii's MCP server, or the guard before it."""
    version = instructions_version(library)
    language = instructions_language(library, profile.language)
    words = library.languages.named(language)
    skills = _skills(library, profile, url)
    description = words.said(
        "Dashboards of a company's software from Torii: renewals, spend, licences, overlap, owners and review queues, as tables that can be checked. It only reads, and never changes anything."  # noqa: E501
    )
    about = {"name": NAME, "version": version, "description": description}
    more = {"author": _MAKER, "license": "Apache-2.0", "keywords": ["torii", "saas-management", "read-only"]}
    entry = {"name": NAME, "source": "./", "description": description, "version": version}
    marketplace = {"name": MARKETPLACE, "description": description, "owner": _MAKER, "plugins": [entry]}
    zips = {f"zips/{name}.zip": zipped(name, files) for name, files in skills.items()}
    return {
        "README.md": fill(
            library, "plugin", language, name=NAME, marketplace=MARKETPLACE, url=url, skills=sorted(skills)
        ),
        "plugin.json": _json({"$schema": f"{_SCHEMAS}/plugin.schema.json", **about, **more}),
        "mcp.json": _json(
            {
                "$schema": f"{_SCHEMAS}/mcp.schema.json",
                "mcpServers": {"torii": {"type": "streamable-http", "url": url}},
            }
        ),
        ".claude-plugin/plugin.json": _json(about | more),
        ".claude-plugin/marketplace.json": _json(marketplace),
        ".mcp.json": _json({"mcpServers": {"torii": {"type": "http", "url": url}}}),
        **{f"skills/{name}/{path}": text for name, files in skills.items() for path, text in files.items()},
        **zips,
    }


def _skills(library: Library, profile: Profile, url: str) -> dict[str, Mapping[str, str]]:
    """The files of each skill by its name: the instructions, and the views of each group."""
    version, prompts = instructions_version(library), offered_prompts(library, profile)
    language = instructions_language(library, profile.language)
    words = library.languages.named(language)
    text = build_instructions(library, language=language)
    rules = fill(library, "plugin_rules", language, name=NAME, version=version, instructions=text)
    about = words.said("What the assistant may and may not do with Torii.")
    shown = _for_openai(words.said("Read-only rules"), about, about, url)
    found: dict[str, Mapping[str, str]] = {NAME: {"SKILL.md": rules, "agents/openai.yaml": shown}}
    for group, members in groupby(prompts, attrgetter("group")):
        found[f"torii-{group.replace('_', '-')}"] = _group_skill(library, profile, group, list(members), url)
    return found


def _group_skill(
    library: Library, profile: Profile, group: str, prompts: Sequence[Prompt], url: str
) -> Mapping[str, str]:
    language = instructions_language(library, profile.language)
    words = library.languages.named(language)
    name, topic = f"torii-{group.replace('_', '-')}", words.said(group.replace("_", " "))
    description = words.said("Answers questions about %(topic)s from Torii, and only reads:", topic=topic)
    for prompt in prompts:
        if len(longer := f"{description} {words.said(prompt.title)}") <= _MAX_DESCRIPTION:
            description = longer
    skill = fill(
        library,
        "plugin_skill",
        language,
        name=name,
        topic=topic,
        description=json.dumps(
            description, ensure_ascii=False
        ),  # A JSON string is a YAML one, whatever the title holds.
        version=instructions_version(library),
        rules=build_instructions(library, Variant.SHORT, language=language),
        prompts=prompts,
    )
    references = {
        f"references/{one.name}.md": fill(
            library, "reference", language, prompt=one, text=text_with_blanks(one, profile)
        )
        for one in prompts
    }
    openai = _for_openai(f"Torii: {topic}", words.said(prompts[0].description), words.said(prompts[0].title), url)
    return {"SKILL.md": skill, "agents/openai.yaml": openai, **references}


def _for_openai(title: str, about: str, prompt: str, url: str) -> str:
    """agents/openai.yaml, which JSON is, too: how ChatGPT and Codex show a skill, and the server it needs."""
    tool = {"type": "mcp", "value": "torii", "transport": "streamable_http", "url": url}
    interface = {
        "display_name": title,
        "short_description": about[:_MAX_SHORT_TEXT],
        "default_prompt": prompt[:_MAX_SHORT_TEXT],
    }
    return _json({"interface": interface, "dependencies": {"tools": [tool]}})


def zipped(name: str, files: Mapping[str, str]) -> bytes:
    """A folder of that name as a zip file, for hosts where a skill is uploaded."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{name}/{path}", _EPOCH)
            entry.create_system = _UNIX
            archive.writestr(entry, files[path], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
