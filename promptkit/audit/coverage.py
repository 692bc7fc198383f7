"""What an audit covers and what it does not, in sentences, so that nobody takes a clean one for more than it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from promptkit.audit.audit import Audit
from promptkit.audit.detect import readers
from promptkit.reports.blocks import Bullets, Item
from promptkit.text import sanitized

_MAX_NAMED = 5
# Anything may stand where a record has a time.
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def not_covered(audit: Audit) -> list[Item]:
    """What the verdict says nothing about, whatever the formats are."""
    judged = "A call is judged by the review of its tool and its arguments; what the server did is not on record."
    return [
        _item("Other chats", _only_these(audit)),
        _item("Other days", _days(audit)),
        *_files(audit),
        _item("Behind a call", judged),
    ]


def formats_read(audit: Audit) -> list[tuple[str, int]]:
    """The formats that were read, and how many results each has, the most frequent first."""
    known = (result.format for result in audit.results if result.format and result.format in readers())
    return Counter(known).most_common()


def coverage(audit: Audit) -> Bullets:
    """All of what the verdict says nothing about, also what the formats that were read cannot show."""
    abouts = [(name, readers()[name].ABOUT) for name, _ in formats_read(audit)]
    formats = [_item(f"What {name} ({about.host}) cannot show", about.lacks) for name, about in abouts]
    return Bullets("What this does not cover", [*not_covered(audit), *formats])


def counted(count: int, thing: str) -> str:
    """A number of things, in words."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def span(audit: Audit) -> str:
    """From when to when the calls were made, as the records spell it; empty where no call has a time."""
    times = _times(audit)
    return " to ".join(dict.fromkeys([times[0], times[-1]])) if times else ""


def _item(name: str, text: str) -> Item:
    return Item(f"{name}:", text)


def _only_these(audit: Audit) -> str:
    talks = counted(sum(bool(result.conversation) for result in audit.results), "conversation")
    files = counted(len({result.path for result in audit.results}), "file")
    return (
        f"Only {talks} of {files} were judged, each branch that is in them too. Chats and branches that a host did not "
        "export, that somebody deleted, or that belong to another account are not among them."
    )


def _days(audit: Audit) -> str:
    calls = sum(len(result.calls) for result in audit.results)
    times = _times(audit)
    if not times:
        return "No call has a time, so nobody can say which days this is about."
    told = f"The calls with a time were made from {span(audit)}; what came before and after is not covered."
    without = calls - len(times)
    return f"{told} {counted(without, 'call')} without a time may be from any day." if without else told


def _times(audit: Audit) -> Sequence[str]:
    times = (call.time for result in audit.results for call in result.calls if call.time)
    return sorted(sanitized(time, 40) for time in times if _DATE.match(time))


def _files(audit: Audit) -> Iterator[Item]:
    unread = [result.path for result in audit.results if not result.conversation]
    if unread:
        yield _item("Files that could not be read in full", f"{_named(unread)}. Calls may be hidden in them.")
    if audit.passed_over:
        told = f"{_named(audit.passed_over)}. By their name or kind they hold no transcript."
        yield _item("Files passed over", told)


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _MAX_NAMED:,} more" if len(paths) > _MAX_NAMED else ""
    return ", ".join(sanitized(path, 200) for path in paths[:_MAX_NAMED]) + more
