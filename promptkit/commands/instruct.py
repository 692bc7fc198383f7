"""`instructions`: the text to paste into an assistant, on stdout; its length on stderr."""

from __future__ import annotations

import sys

from promptkit.check import FULL_LIMIT_UTF16, utf16_length
from promptkit.instructions import build_instructions
from promptkit.library import Library


def print_instructions(library: Library) -> int:
    """Print the instructions."""
    text = build_instructions(library)
    sys.stdout.buffer.write(text.encode())
    print(f"{utf16_length(text)} of {FULL_LIMIT_UTF16} UTF-16 units", file=sys.stderr)
    return 0
