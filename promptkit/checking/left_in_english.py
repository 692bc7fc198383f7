"""What is still English in a prompt of another language: mostly lines of the draft or of a view that it began with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptkit.checking.meaning import in_template
from promptkit.errors import Problem
from promptkit.files import Document
from promptkit.language import ENGLISH, Language, english, words_of
from promptkit.model import Prompt
from promptkit.plain_yaml import Key

_QUOTED = re.compile(r"\"[^\"]*\"|`[^`]*`|\{[{%].*?[%}]\}")
_WORD = re.compile(r"(?<![\w.])[^\W\d_]+(?![\w(]|\.\w)")
_ENOUGH = 2  # Common words: one alone may be a name, or a field of Torii.
_BEGINNING = 30  # Characters of a shared line, by which it is known though its end was edited.


def check_language(document: Document, prompt: Prompt) -> Iterator[Problem]:
    """Each text and line of a prompt in another language that is in English."""
    if prompt.language == ENGLISH:
        return
    words = words_of(prompt)
    for key, text in _texts(prompt):
        if english_word(text, words):
            message = f"{key[-1]} is in English, and the prompt in {words.title}"
            yield document.problem_at(key, "left-in-english", message, f"write it in {words.title}")
    known = _ours(words)
    for number, line in enumerate(prompt.template.splitlines(), 1):
        ours = next((fix for text, fix in known.items() if text in line), None)
        if word := (line.strip() if ours else english_word(line, words)):
            fix = ours or f"write it in {words.title}"
            message = f"this line is in English, and the prompt in {words.title}"
            yield in_template(document, prompt, number, word, "left-in-english", message, fix)


def english_word(text: str, words: Language) -> str:
    """The first common word of English in a text that has several, and more than of the other language; empty if not.

    What stands in quotes, the names of fields, and words of both languages, such as "in", are of neither. Of a language
    whose common words nobody has listed, nothing can be told.
    """
    if not words.common:
        return ""
    found = [word for word in _WORD.findall(_QUOTED.sub(" ", text)) if word.islower() or word.istitle()]
    told = [word for word in found if word.lower() in english().common - words.common]
    own = [word for word in found if word.lower() in words.common - english().common]
    is_english = len({word.lower() for word in told}) >= _ENOUGH and len(told) > len(own)
    return told[0] if is_english else ""


def _texts(prompt: Prompt) -> Iterator[tuple[Key, str]]:
    yield from (((name,), getattr(prompt, name)) for name in ("title", "audience", "description"))
    for name, argument in prompt.arguments.items():
        yield ("arguments", name, "description"), argument.description


def _ours(words: Language) -> dict[str, str]:
    """The lines of our own that have a place in every language, each with what to write instead."""
    own = english()
    headings = zip(own.headings.model_dump().values(), words.headings.model_dump().values(), strict=True)
    lines = {
        line[:_BEGINNING]: f"write {{{{ {name} }}}}, which says it in {words.title}"
        for name, line in own.shared_lines.items()
        if words.shared_lines[name] != line
    }
    headed = {f"## {heading}": f"write ## {other}" for heading, other in headings if heading != other}
    ends = {own.evidence_line: f"write {words.evidence_line}"} if words.evidence_line != own.evidence_line else {}
    return lines | headed | ends
