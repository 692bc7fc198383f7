"""The evidence block of an answer, read as people write it: lists, lists below lists, headings, plain lines, tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from promptkit.answering.contract import one_line
from promptkit.answering.parsed import MAX_ANSWER_CHARACTERS
from promptkit.library.render import STAMP

_BEGINS = re.compile(r"\W{0,20}(?:\d{1,3}[.)]\s)?evidence\b\W*", re.IGNORECASE)
_MAX_HEADING = 60
# No person reads a longer block, and whoever hides something in one has not stated it.
_MAX_BLOCK = 30_000
_RULE = re.compile(r"[-*_=|:\s]*|(?:```|~~~).*")
_BULLET = re.compile(r"(?:(?:>|[-*+•▪◦–]|\d{1,3}[.)]|\[[ xX]\])\s+){1,6}")  # noqa: RUF001
_MARKS = re.compile(r"\\(?=[^\w\s])|[*`]|</?(?:b|i|strong|em|code)>")
_BOLD = re.compile(r"(\*\*|__|`)([^*_`]{1,40})\1\s*(?=[^\s:=|])")
_SEPARATOR = re.compile(r"\s?[:=|：]|\s[-–—]\s")  # noqa: RUF001
# Several lines that were written in one: only labels as the instructions write them.
_INLINE = re.compile(r"(?<=[.;,|—–])\s(?=(?:Tools|Rows|As of|Filters|Method|Gaps)\s?:)")  # noqa: RUF001
_MAX_LABEL = 40
_NAMES = {
    "Tools": ("tool", "tools"),
    "Rows": ("row", "rows", "page", "pages", "reading", "readings"),
    "As of": ("as",),
    "Filters": ("filter", "filters"),
    "Method": ("method", "methods", "methodology"),
    "Gaps": ("gap", "gaps", "limits", "limitations"),
}
_LABEL_OF = {word: label for label, words in _NAMES.items() for word in words}
# What a label may say beside its name, as in "Rows read of total".
_BESIDE = {
    *(
        "all",
        "and",
        "applied",
        "call",
        "called",
        "calls",
        "date",
        "each",
        "for",
        "in",
        "known",
        "list",
        "of",
        "or",
        "out",
    ),
    *("per", "read", "returned", "see", "the", "time", "total", "used", "utc", "zone"),
}
_COLUMNS = {
    "tool": ("tool", "tools", "call", "list"),
    "rows": ("row", "rows", "read", "rows read", "rows returned", "returned", "count", "rows read of total"),
    "total": ("total", "of", "of total", "total rows", "out of"),
    "pages": ("page", "pages", "pages read", "calls"),
}
_COLUMN_OF = {heading: column for column, headings in _COLUMNS.items() for heading in headings}


def stated_evidence(answer: str) -> dict[str, str]:
    """What the last evidence block of an answer says, by label: Tools, Rows, As of, Filters, Method or Gaps.

    A label that is missing has no key.

    Labels stand in any case, marked up or not, and may say more: "Rows read of total". What stands below a label
    belongs to it, one line each; a table of tools is read as lines such as "list_apps 60 of 60 in 1 pages". A block
    beyond all measure is not read.
    """
    block = _block(answer) if len(answer) <= MAX_ANSWER_CHARACTERS else []
    if sum(map(len, block)) > _MAX_BLOCK:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    label = ""
    for own, text in _items(block):
        label = own or label
        if label:
            found[label] += [text] if text else []
    return {label: "\n".join(lines) for label, lines in found.items()}


def _block(answer: str) -> list[str]:
    """The lines of the block, without list marks, rules and fences."""
    stamp = STAMP.search(answer.rstrip())
    lines = (answer[: stamp.start()] if stamp else answer).splitlines()
    for number in range(len(lines) - 1, -1, -1):
        if (rest := _beginning(lines[number])) is not None:
            return [rest, *_until_next_heading(lines[number + 1 :])]
    return []


def _beginning(line: str) -> str | None:
    """What follows in the line that begins the block; None if the line does not begin it."""
    begins = _BEGINS.match(line) if "evidence" in line.lower() else None
    if begins is None:
        return None
    rest = line[begins.end() :]
    if rest and line.lstrip().startswith("#") and len(line) <= _MAX_HEADING:
        return ""
    return rest if not rest or _labelled(rest)[0] else None


def _until_next_heading(lines: Iterable[str]) -> Iterator[str]:
    for line in map(str.strip, lines):
        bare = line.lstrip("# ") if line.startswith("#") else line
        if bare != line and not _labelled(bare)[0]:
            return
        if not _RULE.fullmatch(bare):
            marks = _BULLET.match(bare)
            yield bare[marks.end() :] if marks else bare


def _items(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each line's own label, empty if it has none, and what it says."""
    columns: list[str] = []
    for line in lines:
        cells = [_plain(cell) for cell in re.split(r"(?<!\\)\|", line.strip("|"))] if line.startswith("|") else []
        heading = [_COLUMN_OF.get(cell.lower(), cell) for cell in cells]
        if {"tool", "rows"} <= set(heading):
            columns = heading
        elif cells and columns:
            row = dict(zip(columns, cells, strict=False))
            yield "Tools", row.get("tool", "")
            yield "Rows", _as_line(row)
        elif cells:
            yield _labelled(f"{cells[0]}| {'; '.join(cells[1:])}")
        else:
            columns = []
            yield from map(_labelled, _INLINE.split(line))


def _as_line(row: dict[str, str]) -> str:
    total, pages = row.get("total", ""), row.get("pages", "")
    counted = f"{row['tool']} {row.get('rows', '')}" + (f" of {total}" if total[:1].isdigit() else "")
    counted += f" in {pages} pages" if pages.isdigit() else f", {pages}" if pages else ""
    beside = "; ".join(cell for column, cell in row.items() if column not in _COLUMNS and cell)
    return f"{counted} ({beside})" if beside else counted


def _labelled(line: str) -> tuple[str, str]:
    """The label that a line begins with, empty if it has none, and the rest of the line."""
    text = _plain(_BOLD.sub(r"\2: ", line, count=1) if _BOLD.match(line) else line)
    separator = _SEPARATOR.search(text, 0, _MAX_LABEL + 2)
    head, rest = (text[: separator.start()], text[separator.end() :]) if separator else (text[: _MAX_LABEL + 1], "")
    label = _label(head) if separator or len(text) <= _MAX_LABEL else ""
    return (label, rest.strip(" :")) if label else ("", text)


def _label(head: str) -> str:
    words = re.findall(r"[^\W_]+", head.split("(")[0].lower())
    labels = [_LABEL_OF[word] for word in words if word in _LABEL_OF]
    if not labels or not set(words) <= _BESIDE | set(_LABEL_OF) or (words[0] == "as" and "of" not in words):
        return ""
    return labels[0]


def _plain(text: str) -> str:
    """The text without marks, as one line."""
    unmarked = _MARKS.sub("", text.replace("<br>", "; "))
    return " ".join(word.strip("_") or word for word in one_line(unmarked).split())
