"""Which views fit a question: full-text search over what each of them says of itself."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from promptkit.answering.view_answer import as_json
from promptkit.argument_type import type_of, written
from promptkit.errors import PromptkitError
from promptkit.files import load_yaml
from promptkit.library.render import default_of
from promptkit.library.store import Library
from promptkit.model import Argument, Profile, Prompt, Status
from promptkit.text import sanitized

MAX_VIEWS = 5
_WORDS = Path(__file__).parent / "words.yaml"
# What a view is about and what else it shows are searched apart: "owner" says much in a title, and nothing as a column,
# which most tables have. The weights are of the columns in their order.
_TABLE = """CREATE VIRTUAL TABLE views USING fts5(
    title, name, description, group_name, headings, figures, arguments, audience, tokenize = 'porter unicode61')"""
_PARTS = ("title name description group_name headings", "figures arguments audience")
_SEARCH = "SELECT rowid, -bm25(views, 6, 5, 4, 3, 3, 0.3, 0.5, 0.2) FROM views WHERE views MATCH ?"
# A view that fits so much less than the best is only there for a chance word.
_LEAST_SHARE = 0.1
# Nor is one likely meant that asks for a name, where a question may hold none.
_WITH_BLANKS = 0.75
_MAX_WORDS = 30
_CLOSE = 0.82
_LEAST_LETTERS = 4
_MAX_CHOICES = 60


def offered_views(library: Library, profile: Profile) -> list[Prompt]:
    """The views to offer: no drafts, and where the profile names some, only those."""
    prompts = [prompt for prompt in library.load_prompts() if prompt.status is not Status.DRAFT]
    return [prompt for prompt in prompts if not profile.views or prompt.name in profile.views]


class ViewFinder:
    """Finds views by a question in words; their texts are read once, when it is created."""

    def __init__(self, prompts: Sequence[Prompt], profile: Profile) -> None:
        self._prompts = list(prompts)
        blanks = [any(default_of(*one, profile) is None for one in prompt.arguments.items()) for prompt in prompts]
        self._readiness = [_WITH_BLANKS if has_blank else 1.0 for has_blank in blanks]
        words = load_yaml(_WORDS).data
        self._common = frozenset(words["common"].split())
        self._meaning = {
            word: f"meaning{number}" for number, alike in enumerate(words["alike"]) for word in alike.split()
        }
        # Made in one thread and asked in another, but never by two at once.
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute(_TABLE)
        texts = [[self._marked(text) for text in _texts(prompt)] for prompt in prompts]
        self._index.executemany("INSERT INTO views VALUES (?, ?, ?, ?, ?, ?, ?, ?)", texts)
        said = {word for row in texts for text in row for word in _words(text)}
        self._vocabulary = sorted((said | self._meaning.keys()) - self._common)

    @property
    def groups(self) -> list[str]:
        """What there are views on."""
        return sorted({prompt.group for prompt in self._prompts})

    def named(self, name: str) -> Prompt:
        """The view of that name, or that once had it.

        Raises:
            PromptkitError: there is none; it names the near ones.
        """
        found = next((prompt for prompt in self._prompts if name == prompt.name or name in prompt.formerly), None)
        if found is None:
            known = [prompt.name for prompt in self._prompts]
            near = [*get_close_matches(name, known), *(prompt.name for prompt in self.find(name.replace("_", " ")))]
            message = f"there is no view {sanitized(name)}; near it: {', '.join(dict.fromkeys(near)) or 'none'}"
            raise PromptkitError.of("unknown-view", message, f"ask find_view, or take one of: {', '.join(known)}")
        return found

    def find(self, question: str) -> list[Prompt]:
        """The views that fit, best first, deprecated ones last; at most `MAX_VIEWS`, and none if nothing fits."""
        words = [word for word in _words(question)[:_MAX_WORDS] if word not in self._common]
        terms = dict.fromkeys(term for word in words for term in self._terms(word))
        if not terms:
            return []
        match = " OR ".join(f'"{term}"' for term in terms)
        ranks: dict[int, float] = {}
        for part in _PARTS:
            for row, rank in self._index.execute(_SEARCH, (f"{{{part}}} : ({match})",)):
                ranks[row] = ranks.get(row, 0.0) + rank * self._readiness[row - 1]
        for row, prompt in enumerate(self._prompts, 1):
            if _words(prompt.title) == _words(question):
                ranks[row] = ranks.get(row, 0.0) + max(ranks.values(), default=1.0)
        best = sorted(ranks, key=lambda row: (-ranks[row], row))
        rows = [row for row in best if ranks[row] >= ranks[best[0]] * _LEAST_SHARE]
        found = [self._prompts[row - 1] for row in rows]
        return sorted(found, key=lambda prompt: prompt.status is Status.DEPRECATED)[:MAX_VIEWS]

    def _terms(self, word: str) -> Iterator[str]:
        """The word and what is used for it; a word that no view knows, as the close one that was meant."""
        if word not in self._vocabulary and len(word) >= _LEAST_LETTERS:
            word = next(iter(get_close_matches(word, self._vocabulary, 1, _CLOSE)), word)
        yield word
        yield from self._meanings([word])

    def _marked(self, text: str) -> str:
        plain = text.replace("_", " ")
        return " ".join([plain, *self._meanings(_words(plain))])

    def _meanings(self, words: Iterable[str]) -> list[str]:
        """What words mean that have others beside them: one mark each, so that no view gains by using several."""
        found = (next((self._meaning[form] for form in _forms(word) if form in self._meaning), None) for word in words)
        return [meaning for meaning in dict.fromkeys(found) if meaning]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:-[a-z]+)*", text.lower())


def _forms(word: str) -> Iterator[str]:
    """A word, and what it may be a form of."""
    yield word
    for ending in ("s", "es", "ed", "ing"):
        if word.endswith(ending):
            yield word.removesuffix(ending)
            yield word.removesuffix(ending) + "e"


def _texts(prompt: Prompt) -> list[str]:
    """What a view says of itself, in the order of the columns."""
    answer, arguments = prompt.answer, prompt.arguments
    figures = [column.name for table in answer.tables for column in table.columns] + [one.name for one in answer.totals]
    told = [f"{name} {argument.description}" for name, argument in arguments.items()]
    examples = [written(one) for argument in arguments.values() for one in argument.examples]
    return [
        prompt.title,
        prompt.name,
        prompt.description,
        prompt.group,
        " ".join(table.heading for table in answer.tables),
        " ".join(figures),
        " ".join([*told, *examples]),
        prompt.audience,
    ]


def described(prompt: Prompt, profile: Profile) -> dict[str, Any]:
    """A view as `find_view` gives it, with what may be filled in."""
    notice = prompt.deprecation_notice
    return {
        "name": prompt.name,
        "title": prompt.title,
        "description": f"{prompt.description} {notice}".rstrip(),
        "arguments": {name: _described(name, one, profile) for name, one in prompt.arguments.items()},
    }


def _described(name: str, argument: Argument, profile: Profile) -> Mapping[str, Any]:
    default = default_of(name, argument, profile)
    choices = list(type_of(argument).options(argument, profile))
    told = {
        "type": argument.type,
        "description": argument.description,
        "minimum": argument.minimum,
        "maximum": argument.maximum,
        "unit": argument.unit,
        # A wrong one of more is answered with those near it.
        "choices": choices if len(choices) <= _MAX_CHOICES else [],
        "examples": [as_json(one) for one in argument.examples],
    }
    told = {key: value for key, value in told.items() if value is not None and value != []}
    return told | ({"required": True} if default is None else {"default": as_json(default)})
