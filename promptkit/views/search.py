"""Which views fit a question. The page's search.js ranks alike: change both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from promptkit.arguments.window import period_in
from promptkit.views.search_index import Name, SearchIndex, stem, words_of

_MAX_WORDS = 30
_LEAST_LETTERS = 4  # A shorter word has too many that are close to it.
_LONG = 7  # From so many letters on, two of them may be wrong.
# What a question that is one of a view's own counts, beside its words, which count 1 in all; and a name for the view
# that takes one: a name in small letters may be a word that nobody thought of.
_PHRASE, _GROUP, _NAME, _MAYBE_NAME = 1.2, 0.9, 1.0, 0.1
_LEAST = 0.12
_LEAST_SHARE = 0.35  # A view that fits so much less than the best is only there for a chance word.
_MAX_GROUP_WORDS = 4
_MAX_NAME_WORDS = 3
_PACK = "pack"  # Who asks for one says so, and that tells none from another.


@dataclass(frozen=True)
class FoundView:
    """A view that fits a question, and its arguments as far as the question fills them in."""

    view: str
    filled: Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """A question as understood: its terms, a group with the label of its view, a name no view knows, and a period."""

    terms: Sequence[str]
    group: tuple[str, str] | None
    name: str
    is_surely_a_name: bool
    period: str


@dataclass(frozen=True)
class _Word:
    place: int
    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        return "".join(words_of(self.text))

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


def search(index: SearchIndex, question: str) -> list[FoundView]:
    """The views that fit, best first and deprecated ones last; none if nothing fits."""
    asked = understood(index, question)
    near = _nearness(index, asked.terms)
    filled: dict[str, dict[str, str]] = {}
    ranks = {
        view: _share(index, weights, asked.terms) + _PHRASE * near[view] for view, weights in index["views"].items()
    }
    ranks = {view: rank * index["factors"].get(view, 1.0) for view, rank in ranks.items()}
    for name in index["names"]:
        more, values = _filled(name, asked)
        filled.setdefault(name["view"], {}).update(values)
        ranks[name["view"]] += more
    least = max([_LEAST, *(rank * _LEAST_SHARE for rank in ranks.values())])
    fit = [view for view, rank in ranks.items() if rank >= least]
    fit.sort(key=lambda view: (view in index["late"], -round(ranks[view], 6), view))
    return [FoundView(view, filled.get(view, {})) for view in fit]


def packs_found(index: SearchIndex, question: str) -> list[str]:
    """The packs that a question names: every word that says something is in their name or title."""
    asked = {stem(word) for word in words_of(question)[:_MAX_WORDS] if word not in index["common"]} - {_PACK}
    return [name for name, stems in index["packs"].items() if asked and asked <= {*stems}]


def understood(index: SearchIndex, question: str) -> Asked:
    """What in a question says which view is meant."""
    question = unicodedata.normalize("NFC", question)
    found = enumerate(re.finditer(r"[^\W_]+", question))
    words = [_Word(place, one[0], one.start(), one.end()) for place, one in found][:_MAX_WORDS]
    group, left = _group_in(index, words)
    period = period_in(question)
    read = {word: _term(index, word) for word in left}
    terms = dict.fromkeys(term for term in read.values() if term)
    runs = _runs([word for word in left if read[word] is None])
    if not runs or not (terms or group or _is_only_a_name(index, runs, words)):
        return Asked(list(terms), group, "", is_surely_a_name=False, period=period)
    # A known one before one in capitals, and that before others; of equals the longest.
    run = max(runs, key=lambda run: (_is_known(index, run), run[0].is_capital, len(run)))
    name = question[run[0].start : run[-1].end]
    is_sure = _is_known(index, run) or run[0].is_capital or not terms
    return Asked(list(terms), group, name, is_surely_a_name=is_sure, period=period)


def _group_in(index: SearchIndex, words: Sequence[_Word]) -> tuple[tuple[str, str] | None, Sequence[_Word]]:
    """The first group that is named, of several from the same place the one with most words; and the other words."""
    for place in range(len(words)):
        for count in range(_MAX_GROUP_WORDS, 0, -1):
            spelled = " ".join(word.plain for word in words[place : place + count])
            if spelled in index["groups"]:
                return index["groups"][spelled], [*words[:place], *words[place + count :]]
    return None, words


def _term(index: SearchIndex, word: _Word) -> str | None:
    """What a word, or the close one that was meant, says about a view; empty if nothing, None if it is not known."""
    plain = word.plain
    known = [form for form in (plain, stem(plain)) if form in index["common"] or form in index["words"]]
    if plain[0].isdecimal() or (not known and plain in index["ordinary"]):
        return ""
    if not known and not (word.is_capital and word.place) and plain not in index["known_names"]:
        known = _closest(index, plain)
    if not known:
        return None
    return "" if known[0] in index["common"] else index["words"][known[0]]


def _closest(index: SearchIndex, plain: str) -> list[str]:
    """The known word that was probably meant, if any. Its first letter is right; a word that says nothing is closer."""
    if len(plain) < _LEAST_LETTERS:
        return []
    most = 1 if len(plain) < _LONG else 2
    known = [(1, one) for one in index["common"]] + [(most, one) for one in index["words"]]
    alike = [(limit, one) for limit, one in known if one[0] == plain[0] and len(one) >= _LEAST_LETTERS]
    near = [(OSA.distance(plain, one), limit, one) for limit, one in alike]
    return [one for distance, limit, one in sorted(near) if distance <= limit][:1]


def _runs(unknown: Sequence[_Word]) -> list[list[_Word]]:
    """The unknown words, those together that stand side by side."""
    runs: list[list[_Word]] = []
    for word in unknown:
        if runs and word.place == runs[-1][-1].place + 1:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _is_known(index: SearchIndex, run: Sequence[_Word]) -> bool:
    return any(word.plain in index["known_names"] for word in run)


def _is_only_a_name(index: SearchIndex, runs: Sequence[Sequence[_Word]], words: Sequence[_Word]) -> bool:
    """Whether a question of which no view knows a word may be about an app or a vendor, and not about anything."""
    run = runs[0]
    if any(_is_known(index, one) for one in runs):
        return True
    if len(runs) > 1 or len(run) > _MAX_NAME_WORDS or any(word.plain in index["ordinary"] for word in words):
        return False
    return len(run) == len(words) or run[0].is_capital


def _share(index: SearchIndex, weights: Mapping[str, float], terms: Sequence[str]) -> float:
    """How much of the question a view has, from 0 to 1."""
    whole = sum(index["rarity"][term] for term in terms)
    return sum(weights.get(term, 0.0) * index["rarity"][term] for term in terms) / whole if terms else 0.0


def _nearness(index: SearchIndex, terms: Sequence[str]) -> dict[str, float]:
    """How near the question comes to the nearest one of each view, from 0 to 1: the cosine of what they hold."""
    nearest, rarity = dict.fromkeys(index["views"], 0.0), index["rarity"]
    asked = sum(rarity[term] for term in terms)
    for view, phrase in index["phrases"]:
        if shared := sum(rarity[term] for term in phrase if term in terms):
            near = shared / (asked * sum(rarity[term] for term in phrase)) ** 0.5
            nearest[view] = max(nearest[view], near)
    return nearest


def _filled(name: Name, asked: Asked) -> tuple[float, Mapping[str, str]]:
    """How much more a view fits because the question has what it takes, and its arguments filled in with that."""
    if name["takes"] == "group" and asked.group:
        label, group = asked.group
        slice_ = {name["slice"]: label} if label and name["slice"] else {}
        return _GROUP, {name["argument"]: group} | slice_
    if name["takes"] == "name" and asked.name:
        return _NAME if asked.is_surely_a_name else _MAYBE_NAME, {name["argument"]: asked.name}
    # It tells no view from another: many can be asked about a period.
    if asked.period and (asked.period[0] == "Q" or asked.period.partition(" ")[0] in {name["takes"], "this"}):
        return 0.0, {name["argument"]: asked.period} if name["takes"] in {"next", "last"} else {}
    return 0.0, {}
