"""Names a server or an endpoint in messages, logs and records, without the secrets that its address may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath
from urllib.parse import SplitResult, parse_qsl, urlsplit

from promptkit.text import sanitized

_MAX_CHARS = 200
_SOUNDS_SECRET = re.compile(r"key|token|secret|pass|pwd|auth|cred|bearer|basic|cookie|signature", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s'\"`=&?#;,/@:|(){}\[\]]+")
_WORD = r"(?:[A-Za-z]{1,20}\d{0,3}|\d{1,3})"
_NAME_OR_NUMBER = re.compile(rf"{_WORD}(?:[-_.+~]+{_WORD})*|[^A-Za-z]*")


def address_of(server: str | Sequence[str]) -> str:
    """What a server is called: the URL without user, password, query and fragment, or the program of a command line.

    A text that is no URL is not shown at all, since nobody knows what stands where in it.
    """
    if not isinstance(server, str):
        return sanitized(PurePath(server[0].partition("=")[0]).name, _MAX_CHARS)
    parts = _parts(server)
    if parts is None:
        return "the address given"
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    port = "" if parts.port is None else f":{parts.port}"
    return sanitized(f"{parts.scheme}://{host}{port}{parts.path.partition(';')[0]}", _MAX_CHARS)


def is_plain(url: str) -> bool:
    """Whether a URL holds no user, password, query or fragment, where people and programs put secrets."""
    parts = _parts(url)
    return parts is not None and "@" not in parts.netloc and not set("?#;") & set(url)


def more_than_plain(url: str) -> str:
    """What a URL holds besides its address, in words; empty if that is nothing, or it is no URL."""
    parts = _parts(url)
    if parts is None:
        return ""
    held = {"a user or a password": "@" in parts.netloc, "a query": "?" in url, "a fragment": "#" in url}
    return ", ".join(what for what, is_there in held.items() if is_there)


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.scheme and parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if is_whole else None


def secrets_of(command: Sequence[str]) -> Iterator[str]:
    """What may be a secret of a command line, to be hidden wherever it turns up.

    That is the value of whatever sounds like one, what URLs hold besides their address, and every word that is neither
    a name nor a number. Some of it is none: better that a text loses a word too many than that it shows a secret.
    """
    for before, word in pairwise(["", *command]):
        name, equals, value = word.partition("=")
        if equals and _SOUNDS_SECRET.search(name):
            yield value
        elif before.startswith("-") and _SOUNDS_SECRET.search(before):
            yield word
        yield from _secrets_of_url(value if "://" in value else word)
    pieces = [piece for word in command for piece in _BETWEEN.split(word)]
    for before, piece in pairwise(pieces):
        if _SOUNDS_SECRET.search(before) or not _NAME_OR_NUMBER.fullmatch(piece.lstrip("-")):
            yield piece


def _secrets_of_url(word: str) -> Iterator[str]:
    parts = _parts(word)
    if parts:
        yield from (parts.username or "", parts.password or "")
        yield from (value for _, value in parse_qsl(parts.query))
