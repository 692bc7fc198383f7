"""The API's error answers."""

from __future__ import annotations


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


def too_many_requests(retry_after_seconds: int) -> ToriiError:
    """The answer to too many requests."""
    return ToriiError(429, "Too Many Requests", f"Rate limit exceeded, retry after {retry_after_seconds} s")
