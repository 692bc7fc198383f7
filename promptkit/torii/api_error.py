"""Answers of the API that are not results."""

from __future__ import annotations


class ToriiError(Exception):
    """An answer of the API that is not a result: HTTP status, its name, and what is wrong."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.body = {"statusCode": status, "error": error, "message": message}


def bad_request(message: str) -> ToriiError:
    """The answer to a request that cannot be followed, such as a cursor that is not one."""
    return ToriiError(400, "Bad Request", message)


def forbidden(message: str) -> ToriiError:
    """The answer to somebody whose role does not let them."""
    return ToriiError(403, "Forbidden", message)


def not_found(message: str) -> ToriiError:
    """The answer to an id that there is not."""
    return ToriiError(404, "Not Found", message)


def unprocessable(message: str) -> ToriiError:
    """The answer to a parameter or value that the API does not take."""
    return ToriiError(422, "Unprocessable Entity", message)


def too_many_requests(retry_after_seconds: int) -> ToriiError:
    """The answer to somebody who asks too often."""
    return ToriiError(429, "Too Many Requests", f"Rate limit exceeded, retry after {retry_after_seconds} s")
