"""What one check of `doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """How a check ended. `unknown` is neither good nor bad: a person must look at it."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One check: what was seen, and what to do next; empty if there is nothing to do.

    `question` is for a person who sees Torii's own screen; empty where there is nothing to ask.
    """

    check: str
    status: CheckStatus
    seen: str
    next: str = ""
    question: str = ""
