"""The secrets that this process knows, hidden in every text: a server may send back what it was given."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO
from urllib.parse import quote, quote_plus

HIDDEN = "[redacted]"
MIN_SECRET_CHARS = 8
"""A shorter text is not taken for a secret: it would be found in what has nothing to do with it."""
_MAX_SECRETS = 16


class _Known:
    """The secrets of this process, newest last, each with the forms that it may be found in, in small letters."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.lasting: set[str] = set()
        self.forms: dict[str, tuple[str, ...]] = {}
        self.shortest = 0
        self.pattern = re.compile("")

    def add(self, value: str, *, is_lasting: bool) -> None:
        # Whoever signs in gets new tokens for as long as a guard runs; the old ones are worth nothing.
        if is_lasting:
            self.lasting.add(value)
        self.forms.pop(value, None)
        passing = [known for known in self.forms if known not in self.lasting]
        for old in passing[: 1 - _MAX_SECRETS]:
            del self.forms[old]
        self.forms[value] = tuple({form.lower() for form in _forms(value)})
        every = sorted({form for forms in self.forms.values() for form in forms}, key=len, reverse=True)
        self.shortest = len(every[-1])
        self.pattern = re.compile("|".join(map(re.escape, every)), re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        if len(text) < self.shortest or not self.forms:
            return False
        small = text.lower()
        return any(form in small for forms in self.forms.values() for form in forms)


_KNOWN = _Known()


def remember_secret(*values: str | None, is_lasting: bool = False) -> None:
    """Hide these in every text from now on. What is shorter than `MIN_SECRET_CHARS` is passed over.

    Only the newest are kept, and those that are lasting: good for as long as the process runs, unlike a token.
    """
    for value in values:
        if value and len(value) >= MIN_SECRET_CHARS:
            _KNOWN.add(value, is_lasting=is_lasting)


def forget_secrets() -> None:
    """Know no secret any more, as at the start of a process."""
    _KNOWN.forget()


def redacted(text: str) -> str:
    """A text with `HIDDEN` in place of each secret that is known, however it is written there.

    That is as it is, as JSON, a URL or Base64 spell it, in small letters or capitals.
    """
    return _KNOWN.pattern.sub(HIDDEN, text) if _KNOWN.is_in(text) else text


def found_secrets(text: str) -> Iterable[re.Match[str]]:
    """Where a secret that is known stands in a text."""
    return _KNOWN.pattern.finditer(text) if _KNOWN.is_in(text) else ()


def redacted_values(value: Any) -> Any:  # noqa: ANN401
    """A JSON value with every text of it as `redacted` gives it, names of members too."""
    return each_text(value, redacted) if _KNOWN.forms else value


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (quote(secret), quote(secret, safe=""), quote_plus(secret))
    for before in range(3):
        # What stands around it in the encoded text decides its first and last letters: those are left out.
        encoded = base64.b64encode(b"\0" * before + secret.encode("utf-8", "surrogateescape"))
        whole = encoded.rstrip(b"=")[(0, 2, 3)[before] :].decode()
        yield whole[:-1]
        yield whole[:-1].replace("+", "-").replace("/", "_")


class RedactedOutput:
    """The standard output or error of this process, without the secrets that are known."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        return self._stream.write(redacted(text))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._stream, name)


def each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401
    """A JSON value with every text in it changed, names of members too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(str(name)): each_text(one, change) for name, one in value.items()}
    return [each_text(one, change) for one in value] if isinstance(value, list) else value
