"""The page's own words in the language of its people: the templates, for Jinja's gettext, and what scripts say.

A text is looked up by its English words, under `page` of the language's file; what is not there stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment

from promptkit.language import ENGLISH, Language
from promptkit.library.languages import Languages
from promptkit.reports.frame import environment

TEMPLATES = Path(__file__).parent / "templates"
_SAID = re.compile(r'said\("([^"]+)"')


def spoken(languages: Languages, code: str) -> tuple[str, Language]:
    """The language of the page for people of this one: English where the page does not exist in it."""
    words = languages.named(code)
    return (code, words) if words.page else (ENGLISH, languages.named(ENGLISH))


def templates(words: Language) -> Environment:
    """The page's templates in a language. `said` is for a text that comes from a file."""

    def one(text: str) -> str:
        return words.page.get(text, text)

    def of_number(singular: str, plural: str, number: int) -> str:
        return one(singular if number == 1 else plural)

    jinja = environment(TEMPLATES)
    jinja.add_extension("jinja2.ext.i18n")
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.install_gettext_callables(one, of_number, newstyle=True)  # type: ignore[attr-defined]
    jinja.filters["said"] = one
    return jinja


def script_texts(scripts: Iterable[str]) -> list[str]:
    """What scripts say, in English."""
    return list(dict.fromkeys(text for script in scripts for text in _SAID.findall(script)))


def script_words(words: Language, scripts: Iterable[str]) -> dict[str, str]:
    """What scripts say, by the English words; nothing for English."""
    return {text: words.page[text] for text in script_texts(scripts) if text in words.page}
