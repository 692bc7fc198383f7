"""`bump`, `diff`, `identify`, `rename` and `new`: the versions of prompts and of the instructions."""

from __future__ import annotations

import sys
from pathlib import Path

from promptkit.errors import PromptkitError, UsageError
from promptkit.files import read_text
from promptkit.language import ENGLISH
from promptkit.library.identity import diff as text_diff
from promptkit.library.identity import identify
from promptkit.library.instructions import load_instructions
from promptkit.library.rename import prompts_that_name, rename
from promptkit.library.render import render
from promptkit.library.scaffold import scaffold, start_library
from promptkit.library.store import Library
from promptkit.library.stored_prompt import read_stored_prompt
from promptkit.library.versions import Part, least_part, release
from promptkit.model import Prompt, Status
from promptkit.text import sanitized


def bump(library: Library, name: str, part: str, note: str) -> int:
    """Release a prompt and print what was released."""
    if part.upper() not in Part.__members__:
        raise UsageError.of(
            "wrong-part", f"{sanitized(part)} is not a part of a version", "write major, minor or patch"
        )
    print(release(library, name, Part[part.upper()], note))
    return 0


def show_diff(library: Library, old: str, new: str) -> int:
    """Print how two versions differ, in their files and as rendered with defaults; 1 if they differ.

    The instructions, which a stamp calls `instructions_full` or by another variant, are compared as text only.
    """
    instructions = [load_instructions(library, reference) for reference in (old, new)]
    if instructions[0] is not None and instructions[1] is not None:
        changes = text_diff(instructions[0], instructions[1], old, new)
        print(changes, end="\n" if changes else "")
        return int(bool(changes))
    before, after = library.load_released(old), library.load_released(new)
    if before == after:
        return 0
    print(text_diff(library.file_text(old), library.file_text(new), old, new))
    text_changes = text_diff(_rendered(before), _rendered(after), f"{old} rendered", f"{new} rendered")
    print(text_changes or "The rendered text is the same.")
    part, reason = least_part(before, after)
    print(f"At least a {part.name.lower()} change: {reason}.", file=sys.stderr)
    return 1


def _rendered(prompt: Prompt) -> str:
    try:
        return render(prompt)
    except PromptkitError:  # It has arguments without a default.
        return prompt.template


def identify_text(library: Library, file: Path | None) -> int:
    """Print what a pasted text is; 0 if it is unedited, 1 if it was edited or is not ours."""
    text = read_text(file) if file else sys.stdin.read()
    origin = identify(library, text)
    if origin is None:
        print("This is not one of our prompts or instructions.")
        return 1
    print(f"{origin.reference}, {'edited' if origin.is_edited else 'unedited'}")
    if origin.edits:
        print(origin.edits)
    return int(origin.is_edited)


def rename_prompt(library: Library, old: str, new: str) -> int:
    """Rename a prompt and print its new version; a released one is released anew, which is said."""
    renamed = rename(library, old, new)
    print(renamed)
    if library.load_current(new).status is not Status.DRAFT:
        print(f"Released as {renamed}, since the name stands in the text; {old} still leads here.", file=sys.stderr)
    for name in prompts_that_name(library, old):
        print(f"{name} names {old} in its text: change it there.", file=sys.stderr)
    return 0


def start(folder: Path | None, stored: Path | None = None, language: str | None = None) -> int:
    """Write what a company's own library begins with. A text to begin with, and a language, are a draft's alone."""
    if folder is None or stored or language:
        fix = "name a draft, as in promptkit new unused_apps, or a library of your own with --library DIR"
        raise UsageError.of("nothing-to-write", "no draft is named", fix)
    for path in start_library(folder):
        print(path)
    print(f"Next: promptkit new NAME --library {folder}", file=sys.stderr)
    return 0


def new(library: Library, name: str, stored: Path | None = None, language: str | None = None) -> int:
    """Write a draft, its recipe and its case; the draft begins with the text of a stored prompt, if one is named."""
    for path in scaffold(library, name, read_stored_prompt(stored) if stored else None, language or ENGLISH):
        print(library.relative(path))
    steps = ("check", f"eval {name}", f"bump {name} minor --note NOTE")
    print(
        f"Edit them, then run: {', '.join(f'promptkit {step}{library.as_option}' for step in steps)}", file=sys.stderr
    )
    return 0
