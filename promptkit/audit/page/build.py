"""The results of an audit -> what its HTML page shows besides the report, for a security review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from promptkit.audit.audit import Audit, Call, Result
from promptkit.audit.coverage import formats_read, not_covered, span
from promptkit.audit.detect import readers
from promptkit.audit.location import place_of
from promptkit.policy.verdict import Verdict
from promptkit.reports.rows import Page
from promptkit.transcript import Text

_FOLDER = Path(__file__).parent
NO_STAMP = "no stamp of ours"
MAX_SHOWN = 1_000
MAX_CALLS = 50
_MAX_TEXTS = 200
_MAX_CHARS = 20_000


@dataclass(frozen=True)
class Version:
    """A prompt version, or none, and the conversations that carried it; `number` is that of the worst of them."""

    name: str
    verdicts: Mapping[Verdict, int]
    number: int


@dataclass(frozen=True)
class ShownCall:
    """A call with its place, and what was said before it since the call above it."""

    call: Call
    place: str
    said: Sequence[Text]


@dataclass(frozen=True)
class ShownResult:
    """A conversation, or a file that could not be read in full, with the calls that are not plain reads.

    `reads` has the plain reads by their tool; `left_out` says how many calls more there are.
    """

    number: int
    result: Result
    calls: Sequence[ShownCall]
    reads: Mapping[str, int]
    left_out: int

    @property
    def texts(self) -> Sequence[Text]:
        """The first of its texts, where they were kept."""
        return [Text(text.role, text.text[:_MAX_CHARS]) for text in self.result.texts[:_MAX_TEXTS]]


def page_of(audit: Audit) -> Page:
    """What the page shows of an audit besides its report."""
    return Page(_FOLDER / "audit.html.j2", None, partial(_values, audit))


def _values(audit: Audit) -> Mapping[str, Any]:
    worst_first = sorted(audit.results, key=lambda result: -list(Verdict).index(result.verdict))
    return {
        "results": [_shown(number, result) for number, result in enumerate(worst_first[:MAX_SHOWN], 1)],
        "left_out": max(0, len(worst_first) - MAX_SHOWN),
        "versions": _versions(worst_first),
        "limits": not_covered(audit),
        "span": span(audit),
        "files": len({result.path for result in audit.results}),
        "talks": sum(bool(result.conversation) for result in audit.results),
        "formats": [(name, count, readers()[name].ABOUT) for name, count in formats_read(audit)],
        "max_shown": MAX_SHOWN,
    }


def _shown(number: int, result: Result) -> ShownResult:
    notable = [call for call in result.calls if call.is_notable]
    reads = Counter(call.tool or call.name for call in result.calls if not call.is_notable)
    calls = list(_with_words(result, notable[:MAX_CALLS]))
    return ShownResult(number, result, calls, reads, len(notable) - len(calls))


def _with_words(result: Result, calls: Sequence[Call]) -> Iterator[ShownCall]:
    before: Sequence[Text] = ()
    for call in calls:
        yield ShownCall(call, place_of(result.path, call.location), [text for text in call.said if text not in before])
        before = call.said


def _versions(results: Sequence[Result]) -> Sequence[Version]:
    """Each version with its verdicts, sorted by name; those without a stamp come last."""
    found: dict[str, Counter[Verdict]] = {}
    first: dict[str, int] = {}
    for number, result in enumerate(results, 1):
        if not result.conversation:
            continue
        names = {f"{stamp.reference}{', edited' if stamp.is_edited else ''}" for stamp in result.stamps} or {NO_STAMP}
        for name in names:
            found.setdefault(name, Counter())[result.verdict] += 1
            first.setdefault(name, number)
    ordered = sorted(found, key=lambda name: (name == NO_STAMP, name))
    return [Version(name, found[name], first[name]) for name in ordered]
