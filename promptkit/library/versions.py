"""Releases prompts and instructions as versions, and tells how large a change is.

A release changes two or three lines of a YAML file by regular expressions, as a person would: people write these files,
and reading and writing them with a YAML library would also change their quotes, comments and line breaks.
"""

from __future__ import annotations

import json
import re
from enum import IntEnum
from pathlib import Path
from typing import assert_never

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError, UsageError
from promptkit.files import make_folder, read_text, write_text
from promptkit.library.instructions import (
    INSTRUCTION_PARTS,
    INSTRUCTIONS,
    every_text,
    instructions_digest,
    instructions_version,
    own_instruction_parts,
)
from promptkit.library.store import Library, version_digest
from promptkit.model import Argument, Prompt
from promptkit.text import hidden_characters, legible

MAX_NOTE = 300
_NEW_CHANGELOG = """\
# Changes of the prompts

## Unreleased

"""


class Part(IntEnum):
    """How large a change is. Major: something is removed. Minor: something is added. Patch: the wording changes."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


def bumped(version: str, part: Part) -> str:
    """The next version after `version`."""
    major, minor, patch = map(int, version.split("."))
    match part:
        case Part.MAJOR:
            return f"{major + 1}.0.0"
        case Part.MINOR:
            return f"{major}.{minor + 1}.0"
        case Part.PATCH:
            return f"{major}.{minor}.{patch + 1}"
        case _:
            assert_never(part)


def least_part(old: Prompt, new: Prompt) -> tuple[Part, str]:
    """How large the change from `old` to `new` is at least, and why. A change of meaning cannot be detected."""
    before, after = _surface(old), _surface(new)
    if gone := sorted(set(before) - set(after)):
        return Part.MAJOR, f"{gone[0]} is gone"
    changed = {name: kind for name, kind in sorted(before.items()) if after[name] != kind}
    for name, kind in changed.items():
        if not _takes_all_of(new, name, kind):
            return Part.MAJOR, f"{name} was {kind} and is {after[name]}"
    added = sorted(set(after) - set(before))
    if required := [name for name in added if after[name].endswith("required")]:
        return Part.MAJOR, f"{required[0]} is new and must be filled in"
    if changed:
        return Part.MINOR, f"{next(iter(changed))} takes more than before"
    return (Part.MINOR, f"{added[0]} is new") if added else (Part.PATCH, "only wording changed")


def _takes_all_of(new: Prompt, name: str, kind: str) -> bool:
    """Whether an argument whose type has changed is still valid with every value that it was valid with."""
    argument = new.arguments.get(name.removeprefix("argument "))
    return argument is not None and kind in {
        _kind(argument.model_copy(update={"type": one})) for one in type_of(argument).widens
    }


def _surface(prompt: Prompt) -> dict[str, str]:
    """What users and programs rely on: arguments, columns and totals, each with its type."""
    surface = {f"argument {name}": _kind(argument) for name, argument in prompt.arguments.items()}
    for table in prompt.answer.tables:
        surface |= {f"column {table.heading}/{column.name}": column.type for column in table.columns}
    for name, argument in prompt.arguments.items():
        surface |= {f"choice {choice} of {name}": "offered" for choice in argument.choices}
    return surface | {f"total {total.name}": total.type for total in prompt.answer.totals}


def _kind(argument: Argument) -> str:
    return argument.type if argument.default is not None else f"{argument.type}, required"


def release(library: Library, name: str, part: Part, note: str) -> str:
    """Release the current text of prompts/NAME.yaml, and return `NAME@VERSION`.

    A draft is released as the version it names. A released prompt gets the next version, and its case is updated to it.
    The note goes into its `changes` and prompts/CHANGELOG.md. Every release is kept in prompts/archive, including the
    scoring model and the shared lines, so that it never changes.

    Raises:
        UsageError: the note is not one line.
        PromptkitError: nothing or more than `part` changed, or a file cannot be written.
    """
    if not note.strip() or len(note) > MAX_NOTE or hidden_characters(note):
        fix = f"say what changed for the user in one line of at most {MAX_NOTE} characters"
        raise UsageError.of("wrong-note", f"{legible(note)} is not a note", fix)
    library.check_writable()
    if name == INSTRUCTIONS:
        return _release_instructions(library, part, note)
    path = library.prompts / f"{name}.yaml"
    prompt = own_prompt(library, name)
    lock = library.load_version_lock()
    text = read_text(path)
    if any(f"{one}@{prompt.version}" in lock for one in (name, *prompt.formerly)):
        _check_part(library, prompt, part)
        version = bumped(prompt.version, part)
        text = _once(r"^version: .*$", f"version: {version}", text)
        case = library.evals / "cases" / f"{name}.yaml"
        write_text(case, _once(r"^prompt: .*$", f"prompt: {name}@{version}", read_text(case)))
    else:
        version = prompt.version
        text = re.sub(r"^status: draft\n", "", text, count=1, flags=re.MULTILINE)
    write_text(path, _with_change(text, version, note))
    _archive(library, path, name, version)
    _note(library, f"{name}@{version}", note)
    return f"{name}@{version}"


def own_prompt(library: Library, name: str) -> Prompt:
    """A prompt whose file is in this library.

    Raises:
        UsageError: there is no such prompt, or it is one of the library below.
    """
    prompt = library.load_prompt(name)
    if not (library.prompts / f"{name}.yaml").exists():
        message = f"{legible(name)} is not a prompt of the library in {library.root}"
        raise UsageError.of("not-own", message, "name one whose file is in its folder prompts")
    return prompt


def _release_instructions(library: Library, part: Part, note: str) -> str:
    if not library.own_files(INSTRUCTION_PARTS):
        message = f"{library.root} has no parts of its own; the instructions are ours"
        fix = "write one first, such as instructions/60_our_company.md"
        raise UsageError.of("not-own", message, fix)
    version, lock = instructions_version(library), library.load_version_lock()
    if lock.get(f"{INSTRUCTIONS}@{version}") == instructions_digest(library):
        raise PromptkitError.of(
            "nothing-changed", f"{INSTRUCTIONS}@{version} is released and has not changed", "edit a part first"
        )
    if f"{INSTRUCTIONS}@{version}" in lock:
        version = bumped(version, part)
        path = own_instruction_parts(library)[0]
        write_text(path, _once(r"^<!-- version: .* -->$", f"<!-- version: {version} -->", read_text(path)))
    keep_instructions(library)
    _note(library, f"{INSTRUCTIONS}@{version}", note)
    return f"{INSTRUCTIONS}@{version}"


def keep_instructions(library: Library) -> None:
    """Keep the current text of all variants in instructions/archive, and their digest in versions.lock."""
    version = instructions_version(library)
    folder = library.instructions / "archive" / version
    make_folder(folder)
    for name, text in every_text(library).items():
        write_text(folder / f"{name}.md", text)
    _lock(library, f"{INSTRUCTIONS}@{version}", instructions_digest(library))


def check_released_text(library: Library, prompt: Prompt) -> None:
    """Do nothing if the prompt says what was released as its version.

    Raises:
        PromptkitError: it was not released, or has changed since.
    """
    document = library.prompt_document(library.prompts / f"{prompt.name}.yaml")
    if library.load_version_lock().get(f"{prompt.name}@{prompt.version}") != version_digest(document):
        fix = f"release it first, with: promptkit bump {prompt.name}"
        message = f"{prompt.name}@{prompt.version} is not what was released as that version"
        raise PromptkitError.of("changed-release", message, fix, path=document.path)


def _check_part(library: Library, prompt: Prompt, part: Part) -> None:
    reference = f"{prompt.name}@{prompt.version}"
    document = library.prompt_document(library.prompts / f"{prompt.name}.yaml")
    if version_digest(document) == library.load_version_lock().get(reference):
        raise PromptkitError.of(
            "nothing-changed", f"{reference} is released and has not changed", "edit it first", path=document.path
        )
    least, reason = least_part(library.load_archived(prompt.name, prompt.version), prompt)
    if part < least:
        fix = f"run: promptkit bump {prompt.name} {least.name.lower()}"
        raise PromptkitError.of(
            "larger-change", f"this is a {least.name.lower()} change: {reason}", fix, path=document.path
        )


def _with_change(text: str, version: str, note: str) -> str:
    """The prompt's file with the note as its newest change, in place of what it says of this version already."""
    entry = rf"^(changes:\n(?:  .*\n)*?)  {re.escape(version)}:.*(?:\n|\Z)(?:   +.*(?:\n|\Z))*"
    text = re.sub(entry, r"\1", text, count=1, flags=re.MULTILINE)
    return _once(r"^changes:\n", f"changes:\n  {version}: {_yaml_text(note)}\n", text)


def _yaml_text(text: str) -> str:
    """A line as a value in a YAML file: plain if that is safe, else in quotes."""
    return text if re.fullmatch(r"[A-Za-z][\w .,;()/%@&-]*", text) else json.dumps(text, ensure_ascii=False)


def _once(pattern: str, replacement: str, text: str) -> str:
    return re.sub(pattern, lambda _: replacement, text, count=1, flags=re.MULTILINE)


def _archive(library: Library, path: Path, name: str, version: str) -> None:
    kept = library.prompts / "archive" / name / f"{version}.yaml"
    make_folder(kept.parent)
    write_text(kept, library.file_text(name))
    _lock(library, f"{name}@{version}", version_digest(library.prompt_document(path)))


def _lock(library: Library, reference: str, digest: str) -> None:
    lock = library.load_version_lock() | {reference: digest}
    lines = ["# The digest of what each released version says; promptkit bump adds to it, nobody edits it by hand."]
    lines += [f"{name}: {value}" for name, value in sorted(lock.items())]
    make_folder(library.prompts)
    write_text(library.prompts / "versions.lock", "\n".join(lines) + "\n")


def _note(library: Library, reference: str, note: str) -> None:
    path = library.prompts / "CHANGELOG.md"
    text = read_text(path) if path.exists() else _NEW_CHANGELOG
    text = _once(r"^## Unreleased\n\n(?=## )", "## Unreleased\n\n\n", text)
    write_text(path, _once(r"^## Unreleased\n\n", f"## Unreleased\n\n- `{reference}`: {note}\n", text))
