"""What a pasted text is: which prompt or instructions, and what was edited in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError
from promptkit.files import read_text, validate
from promptkit.library.instructions import Variant, build_instructions
from promptkit.library.render import STAMP, digest, render
from promptkit.library.store import Library
from promptkit.model import Prompt, Scalar

LIKE = 0.6  # Below this share of equal words a text is not called an edit of a prompt.


def diff(old: str, new: str, old_name: str, new_name: str, context: int = 3) -> str:
    """A unified diff of two texts with so many lines around each change, empty when they are equal."""
    lines = unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="", n=context)
    return "\n".join(lines)


@dataclass(frozen=True)
class Origin:
    """What a pasted text is: the nearest version, whether it is unedited, and the edits as a diff."""

    reference: str
    is_edited: bool
    edits: str


def identify(library: Library, text: str) -> Origin | None:
    """Which version of which prompt or instructions a text is; None when it is like none of them.

    The stamp is believed only if its digest fits. A text without a stamp, or with its white space changed, is compared
    with every version; arguments are read back out of it, so that a filled-in blank is no edit.
    """
    body, stamp = _split(text)
    if stamp and digest(body) == stamp.group(3):
        return Origin(f"{stamp.group(1)}@{stamp.group(2)}", is_edited=False, edits="")
    words = body.split()
    nearest = max(_candidates(library, words), key=lambda pair: _likeness(pair[1], words), default=None)
    if nearest is None or _likeness(nearest[1], words) < LIKE:
        return None
    reference, original = nearest
    is_edited = original.split() != words
    edits = diff(_sentences(original), _sentences(body), reference, "pasted", context=0) if is_edited else ""
    return Origin(reference, is_edited, edits)


def _split(text: str) -> tuple[str, re.Match[str] | None]:
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    stamp = STAMP.search(text)
    return text[: stamp.start()].rstrip() if stamp else text, stamp


def _sentences(text: str) -> str:
    """One sentence a line, white space folded, so that an edit shows and a rewrapped line does not."""
    return re.sub(r"(?<=[.?!:|]) ", "\n", " ".join(text.split()))


def _likeness(original: str, words: list[str]) -> float:
    return SequenceMatcher(None, original.split(), words, autojunk=False).ratio()


def _may_be_like(original: str, words: list[str]) -> bool:
    """Whether two texts are near enough in length for a comparison, which takes long, to find them alike."""
    one, other = len(original.split()), len(words)
    # Half of LIKE, since a text filled in is longer than its template.
    return 2 * min(one, other) >= LIKE / 2 * (one + other)


def _candidates(library: Library, words: list[str]) -> list[tuple[str, str]]:
    found = []
    for path in [*library.prompt_files(), *sorted((library.prompts / "archive").glob("*/*.yaml"))]:
        prompt = validate(library.prompt_document(path), Prompt)
        if not _may_be_like(prompt.template, words):
            continue
        body, _ = _split(_as_pasted(prompt, words))
        found.append((f"{prompt.name}@{prompt.version}", body))
    texts = [build_instructions(library, variant) for variant in Variant]
    texts += [read_text(path) for path in sorted((library.instructions / "archive").glob("*/*.md"))]
    for text in texts:
        body, stamp = _split(text)
        if stamp and _may_be_like(body, words):
            found.append((f"{stamp.group(1)}@{stamp.group(2)}", body))
    return found


def _as_pasted(prompt: Prompt, words: list[str]) -> str:
    """The prompt rendered with the arguments that the words seem to have been rendered with."""
    # In the template each blank becomes one word, its name between characters that nobody types. Compared word by word,
    # where one other word stands in the paste in place of such a word, it is what the blank was filled with, once what
    # is written around the blank is taken off.
    marks = {f"\ue000{name}\ue001": name for name in prompt.arguments}
    marked = re.sub(r"\{\{ *(\w+) *\}\}", lambda match: f"\ue000{match.group(1)}\ue001", prompt.template)
    values: dict[str, Scalar] = {}
    pattern = marked.split()
    for _, low, high, start, end in SequenceMatcher(None, pattern, words, autojunk=False).get_opcodes():
        if high - low == 1 and end - start == 1:
            for mark, name in marks.items():
                before, found, after = pattern[low].partition(mark)
                inner = words[start].removeprefix(before).removesuffix(after).strip('"')
                if found:
                    values[name] = type_of(prompt.arguments[name]).parse(inner)
    return _rendered(prompt, values)


def _rendered(prompt: Prompt, values: Mapping[str, Scalar]) -> str:
    for attempt in (values, {}):
        try:
            return render(prompt, attempt)
        except PromptkitError:
            continue
    return prompt.template
