"""The text of a prompt that was stored elsewhere, such as OpenAI's stored prompts, as the beginning of a template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from promptkit.errors import PromptkitError
from promptkit.files import read_text
from promptkit.text import hidden_characters, sanitized

MAX_LETTERS = 12_000  # A template holds 20,000, and the answer is still to be asked for.
_VARIABLE = re.compile(r"\{\{\s*([^{}\n]{1,80}?)\s*\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class StoredPrompt:
    """Its text with our names for its variables, and what it called each of them."""

    text: str
    variables: Mapping[str, str]


def read_stored_prompt(path: Path) -> StoredPrompt:
    """Read a stored prompt's text; `{{variable}}` is what a person fills in.

    Raises:
        PromptkitError: the file cannot be read, is empty or too long, or holds what a template may not.
    """
    text = "\n".join(line.rstrip() for line in read_text(path).strip().splitlines())
    if not text or len(text) > MAX_LETTERS:
        message = f"a stored prompt's text has 1 to {MAX_LETTERS:,} characters, and this one {len(text):,}"
        raise PromptkitError.of("stored-prompt", message, "save the text alone, and shorten it", path=str(path))
    called = {_name_of(one, path): one for one in dict.fromkeys(_VARIABLE.findall(text))}
    text = _VARIABLE.sub(lambda found: f"{{{{ {_name_of(found[1], path)} }}}}", text)
    rest = re.sub(r"\{\{ \w+ \}\}", "", text)
    if wrong := re.search(r"\{[{%#]", rest):
        message = f"{wrong[0]} begins something other than a variable"
        raise PromptkitError.of("stored-prompt", message, "write it in words", path=str(path))
    if hidden := hidden_characters(text.replace("\n", "")):
        message = f"it holds a character that nobody sees, {hidden[0]!r}"
        raise PromptkitError.of("stored-prompt", message, "take it out", path=str(path))
    return StoredPrompt(text, called)


def _name_of(called: str, path: Path) -> str:
    name = re.sub(r"\W+", "_", called.lower(), flags=re.ASCII).strip("_")
    if not _NAME.fullmatch(name):
        message = f"{sanitized(called)} cannot be an argument's name"
        fix = "rename the variable: small letters, digits and _, a letter first"
        raise PromptkitError.of("stored-prompt", message, fix, path=str(path))
    return name
