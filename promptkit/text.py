"""Text from outside, made safe to show."""

from __future__ import annotations

import unicodedata

from promptkit.known_secrets import redacted


def hidden_characters(text: str) -> list[str]:
    """The characters in a text that a reader cannot see, including line ends, in order."""
    # C: control, format (bidirectional, zero-width, tag characters), surrogates, private use; Zl, Zp: line ends.
    return [char for char in text if unicodedata.category(char)[0] == "C" or unicodedata.category(char) in {"Zl", "Zp"}]


def sanitized(text: object, limit: int = 80) -> str:
    """Text from outside as a name in a message: ASCII, hidden characters escaped, cut at `limit` characters.

    Secrets that are known are taken out first: a piece of one could not be found any more.
    """
    plain = redacted(str(text)).encode("ascii", "backslashreplace").decode()
    plain = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in plain)
    return plain if len(plain) <= limit else plain[: limit - 1] + "~"


def legible(text: object, limit: int = 80) -> str:
    """Text from outside in the letters it was written in, for a person to compare; the rest as for `sanitized`."""
    plain = redacted(str(text))
    hidden = {*hidden_characters(plain)}
    plain = "".join(f"\\u{ord(char):04x}" if char in hidden else char for char in plain)
    return plain if len(plain) <= limit else plain[: limit - 1] + "~"
