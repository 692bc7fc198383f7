"""Which of our prompts and instructions a chat carried, by the stamps in what people pasted and views answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from promptkit.library.render import digest
from promptkit.transcript import Text

_STAMP = re.compile(r"\[([a-z][a-z0-9_]{0,63}@\d{1,9}\.\d{1,9}\.\d{1,9}) ([0-9a-f]{8})\]")
# A text from the tenant cannot be the last line, nor a member of this name: its quotes would be escaped.
_LAST_LINE = re.compile(rf"(?:\A|\n){_STAMP.pattern}\Z")
_MEMBER = re.compile(rf'"stamp": ?"{_STAMP.pattern}"')
_MAX_LAST_LINE = 200
_MAX_STAMPS = 20
# More than the longest prompt and the full instructions have.
_MAX_LINES = 400
_MAX_LENGTH = 40_000
_PASTING = frozenset({"user", "system"})
_TOOL = "tool"


@dataclass(frozen=True)
class Stamp:
    """A stamp that was found: `reference` is `NAME@VERSION`, `digest` what the stamp says of the text above it.

    `is_edited` tells that no text directly above it has this digest. `is_answer` tells that our view tools gave it:
    the version of the view that code answered.
    """

    reference: str
    digest: str
    is_edited: bool
    is_answer: bool = False

    def as_json(self) -> dict[str, Any]:
        """The stamp as `--json` prints it; only one of an answer says so."""
        answer = {"answer": True} if self.is_answer else {}
        return {"reference": self.reference, "digest": self.digest, "edited": self.is_edited, **answer}


def answered_stamp(result: object) -> Iterator[Text]:
    """The stamp of a view's answer in what a tool returned, as a text of the tool; nothing for any other result.

    Args:
        result: a text, a list of parts, or an object whose `content` is one of these.
    """
    content = result.get("content") if isinstance(result, dict) else result
    parts = content if isinstance(content, list) else [content]
    for part in parts[:_MAX_STAMPS]:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str) and (found := _MEMBER.search(text) if text.startswith("{") else _last_line(text)):
            yield Text(_TOOL, f"[{found[1]} {found[2]}]")


def _last_line(text: str) -> re.Match[str] | None:
    return _LAST_LINE.search(text[-_MAX_LAST_LINE:].rstrip())


def find_stamps(texts: Iterable[Text], *, has_answers: bool = False) -> list[Stamp]:
    """The stamps in the texts of users and of the system, each once, in their order, at most 20.

    What a model wrote does not count: answers repeat the stamp of the prompt they follow.

    Args:
        texts: what a conversation holds.
        has_answers: whether our view tools were called in it, so that the stamps of their answers count.
    """
    found: dict[Stamp, None] = {}
    for text in texts:
        if text.role == _TOOL and has_answers and (stamp := _STAMP.fullmatch(text.text)):
            found[Stamp(stamp[1], stamp[2], is_edited=False, is_answer=True)] = None
        if text.role in _PASTING and "@" in text.text:
            found |= dict.fromkeys(_stamps(text.text))
        if len(found) >= _MAX_STAMPS:
            break
    return list(found)[:_MAX_STAMPS]


def _stamps(text: str) -> Iterator[Stamp]:
    text = text.encode("utf-8", "replace").decode()
    start = 0
    for stamp in islice(_STAMP.finditer(text), _MAX_STAMPS):
        above = text[max(start, stamp.start() - _MAX_LENGTH) : stamp.start()]
        lines = [line.rstrip() for line in above.strip().splitlines()][-_MAX_LINES:]
        # People write before what they paste, so the prompt may begin at any line.
        bodies = ("\n".join(lines[first:]) for first in range(len(lines)))
        is_whole = any(digest(body) == stamp[2] for body in bodies)
        yield Stamp(stamp[1], stamp[2], is_edited=not is_whole)
        start = stamp.end()
