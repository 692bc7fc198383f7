"""The words of our pages in the language of their people: templates, for Jinja's gettext, and what scripts say.

A text is looked up by its English words, under `texts` of the language's file; what is not there stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

from promptkit.language import ENGLISH, Language, english
from promptkit.library.languages import Languages
from promptkit.reports.frame import environment

_SAID = re.compile(r'\bsaid\(\s*"([^"]+)"')


class Spoken(NamedTuple):
    """A language that pages are shown in."""

    code: str
    words: Language


IN_ENGLISH = Spoken(ENGLISH, english())


def spoken(languages: Languages, code: str) -> Spoken:
    """The language of pages for people of this one: English where our texts do not exist in it."""
    words = languages.named(code)
    return Spoken(code, words) if words.texts else IN_ENGLISH


def templates(words: Language, folder: Path) -> Environment:
    """Templates in a language. `said` is for a text that comes from a file."""

    def of_number(singular: str, plural: str, number: int) -> str:
        return words.said(singular if number == 1 else plural)

    jinja = environment(folder)
    jinja.add_extension("jinja2.ext.i18n")
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.install_gettext_callables(words.said, of_number, newstyle=True)  # type: ignore[attr-defined]
    jinja.filters["said"] = words.said
    return jinja


def said_in(sources: Iterable[str]) -> list[str]:
    """What scripts and modules say, in English."""
    return list(dict.fromkeys(text for source in sources for text in _SAID.findall(source)))


def speech(usual: Spoken, scripts: Sequence[str], *, others: Iterable[Spoken] = (), texts: Sequence[str] = ()) -> Any:  # noqa: ANN401
    """What `speech.js` needs besides English: the usual language, and the words of each; nothing for English alone.

    Args:
        usual: the language to begin with.
        scripts: what scripts say is found in them.
        others: further languages that an answer may be in.
        texts: what else is said, in English.
    """
    wanted = [*said_in(scripts), *texts]
    words = {
        code: {text: own.texts[text] for text in wanted if text in own.texts} | own.by_key
        for code, own in (usual, *others)
        if code != ENGLISH
    }
    return {"language": usual.code, "words": words} if words else None
