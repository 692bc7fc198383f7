"""What must not get into files that people share without reading them: e-mail addresses, and secrets by their shape."""

from __future__ import annotations

import re
from typing import Any

from promptkit.known_secrets import HIDDEN, each_text, found_secrets

# The name and version of a prompt, as in renewal_calendar@1.0.0, is no address.
_STAMP = r"\w{1,64}@\d+\.\d+\.\d+(?!\.?\w)"
ADDRESS = re.compile(rf"(?<![\w.+-])(?!{_STAMP})([\w.+-]{{1,64}})@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}")
# A JSON web token, with the rest of its word: looked for at the first letter of a word only, and only where a dot and
# a second part follow. Begun at each eyJ, the time would grow with the square of the length.
_JWT = r"(?<![\w-])(?=[\w-]*+\.[\w-]{8,}+\.)[\w-]*?\beyJ[\w-]{8,}\.[\w-]{8,}+\.[\w-]*+"
_KEYS = (
    r"(?i:\bbearer\s+[\w.~+/=-]{8,})|\b(?:sk|pk|rk|ghp|gho|xox[a-z]|glpat)[-_][\w-]{12,}|\bAIza[\w-]{30,}"
    rf"|\bAKIA[A-Z0-9]{{16}}\b|{_JWT}"
    r"|(?i:(?<=api_key=)|(?<=api-key=)|(?<=apikey=)|(?<=token=)|(?<=secret=)|(?<=password=))[^\s&\"']{6,}"
)
PRIVATE = re.compile(f"{ADDRESS.pattern}|{_KEYS}")
_SECRET = re.compile(_KEYS)


def without_private(value: Any) -> Any:  # noqa: ANN401
    """A JSON value with `HIDDEN` in place of each address and secret."""
    return each_text(value, _without_private)


def without_secrets(text: str) -> str:
    """A text with `HIDDEN` in place of each secret, known or by its shape; addresses stay."""
    return _without(text, _SECRET)


def _without_private(text: str) -> str:
    return _without(text, PRIVATE)


def _without(text: str, shapes: re.Pattern[str]) -> str:
    # A known secret may be the beginning of a longer one that only its shape tells: whatever either finds goes.
    kept: list[str] = []
    end = 0
    for start, stop in sorted(found.span() for found in (*shapes.finditer(text), *found_secrets(text))):
        if start >= end:
            kept += (text[end:start], HIDDEN)
        end = max(end, stop)
    return "".join([*kept, text[end:]])
