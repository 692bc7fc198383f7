"""What the Rows line of an evidence block states of each tool: rows, totals and pages, in whatever order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

_TOKEN = re.compile(r"\w+(?:-\w+)*")
# What is named like a tool of Torii's and was not called is an untruth, not a word.
_LIKE_A_TOOL = re.compile(
    r"(?:add|create|delete|get|list|match|parse|request|run|search|sync|update|upload)(?:_[a-z]{1,30}){1,5}"
)
_DENIED = re.compile(r"\b(?:no|not|never|nor|without|instead of)\b|n't", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d)[,.'\u202f\u00a0](?=\d{3}(?!\d))")
_STATEMENT = re.compile(r"[;\n]|[.](?=\s|$)")
_ASIDE = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_AFTER = r"(?![\w:/-]|[.,]\d)"
_COUNT = rf"(?<![\w./-])(?<!\d:)(\d{{1,15}}){_AFTER}"
_PAIR = re.compile(
    rf"(pages? |for )?{_COUNT.removesuffix(_AFTER)}(?![\w:-]|[.,]\d)"
    rf"((?: [a-z]{{1,20}}){{0,3}}),?(?: (?:all |out )?of | ?/ ?)(?:the |all |a total of |about )?(\d{{1,15}}){_AFTER}",
    re.IGNORECASE,
)
_PAGES = re.compile(
    rf"{_COUNT} (?:(pages?)(?! each| per)|calls?|answers?|searches|requests?|readings?|times)\b", re.IGNORECASE
)
_ROWS = re.compile(
    rf"{_COUNT} (?:[a-z]{{1,20}} )?(?:rows?|fields?|records?|entries|entry|items?|events?|groups?|values?|in all)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    rf"[\s:=–—>|,→)-]{{0,5}}(?:(?:returned|gave|read|rows?|all|with (?!size|limit)\w{{1,30}}) )?{_COUNT}"  # noqa: RUF001
)
# "first 25, total 60", "first 25 of 60" and "total 224": as many as were wanted, and Torii's own count.
_BOUNDED = re.compile(
    rf"(?:\bfirst {_COUNT}[ a-z]{{0,20}}, )?\btotal (?:of )?{_COUNT}|\bfirst {_COUNT}(?: [a-z]{{1,20}})? of {_COUNT}",
    re.IGNORECASE,
)
# Of rows that were read, some were picked: no statement about the reading.
_PICKED = re.compile(
    r"\b(?:in (?:it|(?:the|this|that) \w{1,20})|within|used|kept|match\w{0,4}|above|below|shown|needed|relevant"
    r"|of (?:which|them)|belong\w{0,3}|inside|hidden|fall)\b",
    re.IGNORECASE,
)


class StatedRows(NamedTuple):
    """One statement about a tool's rows: the figures that it gives, and whether it is about rows that were picked.

    `beside` is the rows and totals that the same sentence gives; pages must be those of one.
    """

    rows: int | None = None
    total: int | None = None
    pages: int | None = None
    picked: bool = False
    beside: frozenset[int] = frozenset()

    def __str__(self) -> str:
        said = [] if self.rows is None else [str(self.rows)]
        said += [] if self.total is None else [f"of {self.total}"]
        said += [] if self.pages is None else [f"in {self.pages} page{'s' * (self.pages != 1)}"]
        return " ".join(said)


def tools_in(text: str, called: Collection[str]) -> list[str]:
    """The tools that a text says were called, in order: tools that were called, and whatever is named like one."""
    return [tool for statement in _STATEMENT.split(text) for tool in _affirmed(statement, called)]


def _affirmed(statement: str, called: Collection[str]) -> Iterator[str]:
    denied = _DENIED.search(statement)
    for name in _TOKEN.findall(statement):
        if name in called or (_LIKE_A_TOOL.fullmatch(name) and not denied):
            yield name


def stated_rows(text: str, called: Collection[str]) -> dict[str, list[StatedRows]]:
    """What a text states of the rows of each tool that it names; what it says before it names one has the key ""."""
    stated: dict[str, list[StatedRows]] = defaultdict(list)
    tool = ""
    for statement in filter(str.strip, _STATEMENT.split(_flat(_THOUSANDS.sub("", text)))):
        for named, segment in _segments(statement, called):
            tool = named or tool
            stated[tool] += _statements(segment, named=bool(named))
    return stated


def stated_pairs(text: str) -> Iterator[StatedRows]:
    """Each "60 of 302" in a text, whatever it is about."""
    return _pairs(_THOUSANDS.sub("", text))


def _flat(text: str) -> str:
    """The text, where what stands in brackets does not end a statement."""
    depth, chars = 0, []
    for char in text:
        depth = 0 if char == "\n" else max(0, depth + (char in "([") - (char in ")]"))
        chars.append("," if depth and char in ";." else char)
    return "".join(chars)


def _segments(statement: str, called: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each tool in a statement, with what is said of it after its name, or before: "60 of 60 from list_apps"."""
    named = [
        token
        for token in _TOKEN.finditer(statement)
        if token.group() in called or _LIKE_A_TOOL.fullmatch(token.group())
    ]
    if not named:
        yield "", statement
    elif re.search(r"\d", statement[: named[0].start()]):
        start = 0
        for one, following in zip(named, [*named[1:], None], strict=True):
            between = statement[one.end() : following.start() if following else None]
            # The last count before the next name is the next one's.
            begins = _last_count(between) if following else len(between)
            yield one.group(), f"{statement[start : one.start()]} {between[:begins]}"
            start = one.end() + begins
    else:
        ends = [*(token.start() for token in named[1:]), len(statement)]
        yield from ((one.group(), statement[one.end() : end]) for one, end in zip(named, ends, strict=True))


def _last_count(text: str) -> int:
    *_, pair = [(0, 0), *(found.span() for found in _PAIR.finditer(text))]
    return max((found.start() for found in _ROWS.finditer(text, pair[1])), default=pair[0])


def _statements(segment: str, *, named: bool) -> Iterator[StatedRows]:
    asides, outside = ", ".join(_ASIDE.findall(segment)), _ASIDE.sub(" ", segment)
    # What stands first beside a name is the reading itself, whatever is said of it afterwards.
    bounded = [*_bounded(outside)]
    first, *others = bounded or [*_pairs(outside)] or _counts(outside) or [StatedRows()]
    stated = [first._replace(picked=first.picked and bool(bounded or not named)), *others, *_pairs(asides)]
    yield from (one for one in stated if one != StatedRows())
    yield from _pages(outside, _figures([first, *others]))
    yield from _pages(asides, _figures(stated))


def _figures(stated: Iterable[StatedRows]) -> frozenset[int]:
    """The rows and totals that are stated, and the sum of the rows."""
    counts = [(one.rows, one.total or one.rows) for one in stated if not one.picked and one.rows is not None]
    return frozenset(
        [*(count for pair in counts for count in pair), *([sum(rows for rows, _ in counts)] if counts else [])]
    )


def _pages(text: str, beside: frozenset[int]) -> Iterator[StatedRows]:
    for count, is_page in _PAGES.findall(text):
        yield StatedRows(pages=int(count), beside=beside if is_page else frozenset())


def _bounded(text: str) -> Iterator[StatedRows]:
    for found in _BOUNDED.finditer(text):
        rows, total = found[1] or found[3], found[2] or found[4]
        # More may have been read: a page ends where it ends.
        yield StatedRows(int(rows) if rows else None, int(total), picked=bool(rows))


def _counts(text: str) -> list[StatedRows]:
    counts = [_FIRST.match(text), *_ROWS.finditer(text)]
    return [_count(one, text) for one in counts if one and not _PAGES.match(text, one.start(1))]


def _count(found: re.Match[str], text: str) -> StatedRows:
    return StatedRows(int(found[1]), picked=bool(_PICKED.search(text, found.end(1), found.end(1) + 40)))


def _pairs(text: str) -> Iterator[StatedRows]:
    for found in _PAIR.finditer(text):
        page, rows, unit, total = found.groups("")
        if page.lower() == "for ":
            continue
        if page:
            yield StatedRows(pages=int(rows))
        elif "page" in unit.lower():
            yield StatedRows(int(total), pages=int(rows))
        else:
            beside = text[found.end() : found.end() + 40].split(",")[0]
            yield StatedRows(int(rows), int(total), picked=bool(_PICKED.search(f"{unit} {beside}")))
