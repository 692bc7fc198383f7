"""`instructions`: the text to paste into an assistant, on stdout; its length on stderr."""

from __future__ import annotations

import sys

from promptkit.errors import PromptkitError
from promptkit.library.instructions import LIMITS_UTF16, Variant, build_instructions, find_host, utf16_length
from promptkit.library.store import Library


def print_instructions(library: Library, *, variant: str | None, host: str | None) -> int:
    """Print one variant of the instructions, by default the one that fits the host."""
    found = find_host(library, host) if host else None
    chosen = Variant(variant or (found.variant if found else "full"))
    text = build_instructions(library, chosen)
    length, limit = utf16_length(text), found.limit if found else LIMITS_UTF16[chosen]
    if found and length > limit:
        fix = f"run: promptkit instructions --variant {found.variant} --for {host}"
        raise PromptkitError.of("too-long", f"{length} UTF-16 units do not fit the {limit} of {found.title}", fix)
    sys.stdout.buffer.write(text.encode())
    print(f"{length} of {limit} UTF-16 units. {found.paste if found else ''}".strip(), file=sys.stderr)
    return 0
