"""Folders for the places where prompts and instructions are used, each with steps that a person can follow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptkit.argument_type import type_of
from promptkit.connection.client import TORII_URL
from promptkit.errors import UsageError
from promptkit.files import make_folder, read_text, write_bytes
from promptkit.language import ENGLISH
from promptkit.library.instructions import (
    Variant,
    build_instructions,
    find_host,
    instructions_language,
    utf16_length,
)
from promptkit.library.render import default_of, render
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Status

Files = Mapping[str, str | bytes]
_JINJA = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)


def export_project(library: Library, profile: Profile, name: str, url: str = TORII_URL) -> Files:
    """A folder for a project or GPT: steps with the server's address, the instructions, and the prompts by group."""
    language = instructions_language(library, profile.language)
    words = library.languages.named(language)
    host = find_host(library, name)
    told = {"title": words.said(host.title), "connect": words.said(host.connect), "paste": words.said(host.paste)}
    host = host.model_copy(update=told | {"connect": told["connect"].replace(TORII_URL, url)})
    text = build_instructions(library, Variant(host.variant), language=language)
    offered = offered_prompts(library, profile)
    blanks = {f"{one.group}/{one.name}": names for one in offered if (names := _blanks(one, profile))}
    steps = fill(library, "project", language, host=host, length=utf16_length(text), blanks=blanks)
    prompts = {f"prompts/{one.group}/{one.name}.md": text_with_blanks(one, profile) for one in offered}
    return {"README.md": steps, "instructions.md": text} | prompts


def fill(library: Library, name: str, language: str = ENGLISH, /, **values: object) -> str:
    """A template of instructions/export with its values, in a language; in English where it does not exist in it."""
    translated = library.file(f"instructions/export/{language}/{name}.md.j2")
    template = translated if translated.exists() else library.file(f"instructions/export/{name}.md.j2")
    words = library.languages.named(language)
    return _JINJA.from_string(read_text(template)).render(words=words, **values).rstrip() + "\n"


def export_folder(files: Files, folder: Path) -> None:
    """Write the files of an export into a new or empty folder.

    Raises:
        UsageError: the folder is not empty.
        PromptkitError: it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError.of("folder-in-use", f"{folder} is not empty", "name a new folder")
    for name, content in files.items():
        path = folder / name
        make_folder(path.parent)
        write_bytes(path, content.encode() if isinstance(content, str) else content)


def offered_prompts(library: Library, profile: Profile) -> list[Prompt]:
    """The released prompts, those of the profile if it names some, by group and name."""
    chosen = [prompt for prompt in library.load_prompts() if prompt.status is Status.STABLE]
    chosen = [prompt for prompt in chosen if not profile.views or prompt.name in profile.views]
    return sorted(chosen, key=lambda prompt: (prompt.group, prompt.name))


def text_with_blanks(prompt: Prompt, profile: Profile) -> str:
    """The prompt with its defaults; anything that somebody must fill in is its name in square brackets."""
    empty = {name: prompt.arguments[name] for name in _blanks(prompt, profile)}
    blanks = {name: type_of(argument).blank(argument, f"[{name}]") for name, argument in empty.items()}
    return render(prompt.model_copy(update={"arguments": prompt.arguments | blanks}), {}, profile)


def _blanks(prompt: Prompt, profile: Profile) -> list[str]:
    return [name for name, argument in prompt.arguments.items() if default_of(name, argument, profile) is None]
