"""Gives a prompt another name; its old name, its old versions and old stamps are still found."""

from __future__ import annotations

import re
from pathlib import Path

from promptkit.errors import PromptkitError, UsageError
from promptkit.files import read_text, reason, write_text
from promptkit.library.scaffold import check_new_name
from promptkit.library.store import Library
from promptkit.library.versions import Part, check_released_text, own_prompt, release
from promptkit.model import Prompt, Status


def rename(library: Library, old: str, new: str) -> str:
    """Rename a prompt with its recipe and its case, and return `NEW@VERSION`.

    A released prompt is released anew, as a minor change, since its name stands in its text. Its earlier versions stay
    in the archive under its old name.

    Raises:
        PromptkitError: there is no such prompt in this library, the new name is taken or not a name, the prompt has
            changed since its release, or a file cannot be written.
    """
    library.check_writable()
    check_new_name(library, new)
    prompt = own_prompt(library, old)
    _check_not_former(library, prompt, new)
    is_draft = prompt.status is Status.DRAFT
    if not is_draft:
        check_released_text(library, prompt)
    for folder in (library.evals / "cases", library.recipes, library.prompts):
        path = folder / f"{old}.yaml"
        if path.exists():
            text = _renamed(read_text(path), old, new)
            has_former_name = folder == library.prompts and not is_draft
            write_text(folder / f"{new}.yaml", _with_former_name(text, prompt, new) if has_former_name else text)
            _delete(path)
    for path in library.own_files("prompts/*.yaml"):
        text = read_text(path)
        replaced = re.sub(rf"^(replaced_by: *[\"']?){old}\b", rf"\g<1>{new}", text, flags=re.MULTILINE)
        if replaced != text:
            write_text(path, replaced)
    return f"{new}@{prompt.version}" if is_draft else release(library, new, Part.MINOR, f"Was called {old} before.")


def _check_not_former(library: Library, prompt: Prompt, new: str) -> None:
    """Do nothing if the new name was never that of another prompt, whose old stamps and links would lead here."""
    other = next((one for one in library.load_prompts() if new in one.formerly and one.name != prompt.name), None)
    if other is not None:
        raise UsageError.of("name-taken", f"{other.name} was called {new} before", "choose another name")


def prompts_that_name(library: Library, name: str) -> list[str]:
    """The library's own prompts whose texts name another one; a person must look at them after it was renamed."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    names = [path.stem for path in library.own_files("prompts/*.yaml")]
    return [one for one in names if one != name and word.search(library.load_prompt(one).template)]


def _renamed(text: str, old: str, new: str) -> str:
    """A prompt, or the case that names it."""
    text = re.sub(r"^name: .*$", f"name: {new}", text, count=1, flags=re.MULTILINE)
    return re.sub(rf"^(prompt: *[\"']?){old}@", rf"\g<1>{new}@", text, count=1, flags=re.MULTILINE)


def _with_former_name(text: str, prompt: Prompt, new: str) -> str:
    former = [name for name in (*prompt.formerly, prompt.name) if name != new]
    text = re.sub(r"^formerly:.*\n(?:[ -].*\n)*", "", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^(version: .*)$", rf"\1\nformerly: [{', '.join(former)}]", text, count=1, flags=re.MULTILINE)


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        fix = "delete it by hand; what it held is written under the new name"
        raise PromptkitError.of("unwritable", f"cannot delete it: {reason(error)}", fix, path=str(path)) from error
