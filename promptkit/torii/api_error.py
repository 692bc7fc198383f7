"""The API's error answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from promptkit.text import sanitized

_MAX_KNOWN = 40
_MAX_UNKNOWN = 10


class ToriiError(Exception):
    """An error answer of the API: HTTP status, its name, and what is wrong."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.body = {"statusCode": status, "error": error, "message": message}


def bad_request(message: str) -> ToriiError:
    """The answer to an invalid request, for example one with an invalid cursor."""
    return ToriiError(400, "Bad Request", message)


def forbidden(message: str) -> ToriiError:
    """The answer to a request that the person's role does not allow."""
    return ToriiError(403, "Forbidden", message)


def not_found(message: str) -> ToriiError:
    """The answer to an unknown id."""
    return ToriiError(404, "Not Found", message)


def unprocessable(message: str) -> ToriiError:
    """The answer to a parameter or value that the API does not accept."""
    return ToriiError(422, "Unprocessable Entity", message)


def unknown(what: str, given: Sequence[object], known: Collection[str]) -> ToriiError:
    """The answer to names that the API does not have: each with the nearest known one, then the known ones.

    Torii's own text is not public, but that it names the unknown fields. The rest is our choice, so that a model can
    mend its call instead of taking an empty list for an answer.
    """
    return unprocessable(unknown_names(what, given, known))


def unknown_names(what: str, given: Sequence[object], known: Collection[str]) -> str:
    """The message of `unknown`: one line, whose length is bounded whatever was given."""
    names = [_beside_nearest(str(name), known) for name in given[:_MAX_UNKNOWN]]
    return f"Unknown {what}: {_some(names, len(given))}. Known: {some_of(known)}"


def some_of(names: Collection[str]) -> str:
    """The first names, and how many more there are."""
    return _some([sanitized(name) for name in names][:_MAX_KNOWN], len(names))


def _some(shown: Sequence[str], count: int) -> str:
    more = [f"and {count - len(shown)} more"] if count > len(shown) else []
    return ", ".join([*shown, *more]) or "none"


def _beside_nearest(name: str, known: Collection[str]) -> str:
    shown, near = sanitized(name) or "(nothing)", get_close_matches(name, list(known), 1)
    # It does not say to write it: the name nearest to inactive is active.
    return f"{shown} (nearest: {sanitized(near[0])})" if near else shown


def too_many_requests(retry_after_seconds: int) -> ToriiError:
    """The answer to too many requests."""
    return ToriiError(429, "Too Many Requests", f"Rate limit exceeded, retry after {retry_after_seconds} s")
