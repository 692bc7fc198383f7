"""What a pasted text is: which prompt or instructions, and what was edited in it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError
from promptkit.files import read_text
from promptkit.language import english
from promptkit.library.instructions import every_text
from promptkit.library.render import STAMP, digest, render
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Argument, Prompt, Scalar

# A prompt has dates where a person typed words such as this month.
_ANY_DAY = datetime.date(2026, 1, 31)
LIKE = 0.6  # If fewer of its words are equal, a text does not count as an edited prompt.


def diff(old: str, new: str, old_name: str, new_name: str, context: int = 3) -> str:
    """A unified diff of two texts with `context` lines around each change, empty if they are equal."""
    lines = unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="", n=context)
    return "\n".join(lines)


@dataclass(frozen=True)
class Origin:
    """What a pasted text is: the nearest version, whether it is unedited, and the edits as a diff."""

    reference: str
    is_edited: bool
    edits: str


def identify(library: Library, text: str) -> Origin | None:
    """Which version of which prompt or instructions a text is; None if it resembles none of them.

    The stamp is trusted only if its digest is right. Otherwise, even if only white space has changed, the text is
    compared with every version. Its arguments are recovered first, so that a filled-in blank does not count as an edit.
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
    """One sentence per line, white space folded, so that the diff shows edits but not rewrapped lines."""
    return re.sub(r"(?<=[.?!:|]) ", "\n", " ".join(text.split()))


def _likeness(original: str, words: list[str]) -> float:
    return SequenceMatcher(None, original.split(), words, autojunk=False).ratio()


def _may_be_like(original: str, words: list[str]) -> bool:
    """Whether two texts have enough words in common for a comparison in order, which takes long, to find them alike."""
    matcher = SequenceMatcher(None, original.split(), words, autojunk=False)
    # Half of LIKE, since a text filled in is longer than its template.
    return matcher.real_quick_ratio() >= LIKE / 2 and matcher.quick_ratio() >= LIKE / 2


def _candidates(library: Library, words: list[str]) -> list[tuple[str, str]]:
    candidates = []
    for path in [*library.prompt_files(), *library.files("prompts/archive/*/*.yaml")]:
        prompt = library.as_prompt(library.prompt_document(path))
        if not _may_be_like(prompt.template, words):
            continue
        body, _ = _split(_as_pasted(prompt, words))
        candidates.append((f"{prompt.name}@{prompt.version}", body))
    texts = [*every_text(library).values()]
    # The newest first, since a variant may say the same in several versions.
    texts += [read_text(path) for path in reversed(library.files("instructions/archive/*/*.md"))]
    for text in texts:
        body, stamp = _split(text)
        if stamp and _may_be_like(body, words):
            candidates.append((f"{stamp.group(1)}@{stamp.group(2)}", body))
    return candidates


def _as_pasted(prompt: Prompt, words: list[str]) -> str:
    """The prompt rendered with the arguments that the words seem to have been rendered with."""
    # Each blank in the template becomes one word: its name between two private-use characters, which nobody types. Then
    # template and paste are compared word by word. If words of the paste replace exactly one such word, as in
    # "the next (<days>) days" and "the next (30) days", those without the text around the blank are the argument.
    marks = {f"\ue000{name}\ue001": name for name in prompt.arguments}
    marked = re.sub(r"\{\{ *(\w+) *\}\}", lambda match: f"\ue000{match.group(1)}\ue001", prompt.template)
    values: dict[str, Scalar] = {}
    pattern = marked.split()
    for _, low, high, start, end in SequenceMatcher(None, pattern, words, autojunk=False).get_opcodes():
        if high - low == 1 and end > start:
            for mark, name in marks.items():
                before, has_blank, after = pattern[low].partition(mark)
                inner = " ".join(words[start:end]).removeprefix(before).removesuffix(after).strip('"')
                if has_blank and (value := _value(prompt.arguments[name], inner)) is not None:
                    values[name] = value
    return _rendered(prompt, values)


def _value(argument: Argument, text: str) -> Scalar | None:
    """The value that is written so in a prompt; None if there is none, since an edit may have replaced a blank too."""
    value = type_of(argument).parse(text, _ANY_DAY)
    return value if type_of(argument).why_not_valid(argument, value, DEFAULT_PROFILE, english()) is None else None


def _rendered(prompt: Prompt, values: Mapping[str, Scalar]) -> str:
    for attempt in (values, {}):
        try:
            return render(prompt, attempt)
        except PromptkitError:
            continue
    return prompt.template
