"""What must not get into a file that others may read: e-mail addresses, and secrets by the shape they have."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

# The name and version of a prompt, as in renewal_calendar@1.0.0, is no address.
_STAMP = r"\w{1,64}@\d+\.\d+\.\d+(?!\.?\w)"
ADDRESS = re.compile(rf"(?<![\w.+-])(?!{_STAMP})([\w.+-]{{1,64}})@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}")
_KEYS = (
    r"(?i:\bbearer\s+[\w.~+/=-]{8,})|\b(?:sk|pk|rk|ghp|gho|xox[a-z]|glpat)[-_][\w-]{12,}|\bAIza[\w-]{30,}"
    r"|\bAKIA[A-Z0-9]{16}\b|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?i:(?<=api_key=)|(?<=api-key=)|(?<=apikey=)|(?<=token=)|(?<=secret=)|(?<=password=))[^\s&\"']{6,}"
)
PRIVATE = re.compile(f"{ADDRESS.pattern}|{_KEYS}")
HIDDEN = "[redacted]"


def without_private(value: Any) -> Any:  # noqa: ANN401
    """A JSON value with `HIDDEN` in place of each address and secret."""
    return each_text(value, lambda text: PRIVATE.sub(HIDDEN, text))


def each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401
    """A JSON value with every text in it changed, names of members too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(str(name)): each_text(one, change) for name, one in value.items()}
    return [each_text(one, change) for one in value] if isinstance(value, list) else value
