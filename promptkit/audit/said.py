"""The few words before a call: what a person and the model said last, in short, without secrets and people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from promptkit.audit.people import hider_of
from promptkit.private import without_secrets
from promptkit.transcript import Text

_SPEAKERS = frozenset({"user", "assistant"})
# Of a longer text its beginning and its end are shown: people paste first and ask last, or the other way round.
MAX_CHARS = 200
_END_CHARS = 75
# Of a text this long, only so much at either end is looked at.
_LOOKED_AT = 4_000


def last_said(before: Iterable[Text], written: Iterable[Text]) -> Sequence[Text]:
    """The last text of a person and the last of the model, in their order.

    Args:
        before: what was last until now.
        written: what was said since.
    """
    last = {text.role: text for text in before}
    for text in written:
        if text.role in _SPEAKERS and text.text and not text.text.isspace():
            last.pop(text.role, None)
            last[text.role] = text
    return tuple(last.values())


class Heard:
    """What was said last, as far as a list of texts has grown."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = texts
        self._read = 0
        self._last: Sequence[Text] = ()

    def last(self) -> Sequence[Text]:
        """The last text of a person and the last of the model so far."""
        if self._read < len(self._texts):
            self._last = last_said(self._last, self._texts[self._read :])
            self._read = len(self._texts)
        return self._last


class Shortener:
    """Makes the texts of a conversation short enough to stand beside a call.

    Secrets are always taken out, and people too unless they are to be shown: before anything is cut, since a piece of
    either could not be found any more.

    Args:
        texts: all that is known of the conversation, where people are looked for.
        show_people: leave names and e-mail addresses as they are.
    """

    def __init__(self, texts: Iterable[Text], *, show_people: bool) -> None:
        self._texts = texts
        self._show_people = show_people
        self._known: dict[Text, Text] = {}

    def __call__(self, said: Iterable[Text]) -> Sequence[Text]:
        """Each of the texts in one line of at most `MAX_CHARS` characters."""
        return tuple(self._known.get(text) or self._known.setdefault(text, self._short(text)) for text in said)

    def _short(self, text: Text) -> Text:
        if len(text.text) > 2 * _LOOKED_AT:
            front, back = self._clean(_without_last_word(text.text)), self._clean(_without_first_word(text.text))
        elif len(front := self._clean(text.text)) <= MAX_CHARS:
            return Text(text.role, front)
        else:
            back = front
        start = front[: MAX_CHARS - _END_CHARS - len(" … ")].rstrip()
        return Text(text.role, f"{start} … {back[-_END_CHARS:].lstrip()}")

    @cached_property
    def _hide(self) -> Callable[[str], str]:
        # Only where a call is to be shown with its words: looking for people takes as long as reading all of it.
        return str if self._show_people else hider_of(text.text for text in self._texts)

    def _clean(self, text: str) -> str:
        return " ".join(self._hide(without_secrets(text)).split())


def _without_last_word(text: str) -> str:
    """The beginning of a text, up to its last whole word."""
    words = text[:_LOOKED_AT].rsplit(None, 1)
    return words[0] if len(words) > 1 else ""


def _without_first_word(text: str) -> str:
    """The end of a text, from its first whole word."""
    words = text[-_LOOKED_AT:].split(None, 1)
    return words[1] if len(words) > 1 else ""
