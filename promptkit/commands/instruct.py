"""`instructions`: the text to paste into an assistant, on stdout; its length on stderr."""

from __future__ import annotations

import sys

from promptkit.errors import PromptkitError, UsageError
from promptkit.library.instructions import (
    LIMITS_UTF16,
    Variant,
    build_instructions,
    find_host,
    instruction_languages,
    instructions_language,
    utf16_length,
)
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile
from promptkit.text import sanitized


def print_instructions(
    library: Library,
    *,
    variant: str | None,
    host: str | None,
    language: str | None = None,
    profile: Profile = DEFAULT_PROFILE,
) -> int:
    """Print one variant of the instructions, by default the one for the host, in the language of the profile.

    Raises:
        UsageError: there is no such host or language.
        PromptkitError: the text is too long for the host.
    """
    language = language or instructions_language(library, profile.language)
    if language not in (known := instruction_languages(library)):
        message = f"the instructions are not written in {sanitized(language)}"
        fix = f"write one of {', '.join(known)}, or add instructions/CODE/ with the parts in that language"
        raise UsageError.of("unknown-language", message, fix)
    target = find_host(library, host) if host else None
    chosen = Variant(variant or (target.variant if target else "full"))
    text = build_instructions(library, chosen, language=language)
    length, limit = utf16_length(text), target.limit if target else LIMITS_UTF16[chosen]
    if target and length > limit:
        fix = f"run: promptkit instructions --variant {target.variant} --for {host}"
        raise PromptkitError.of("too-long", f"{target.title} takes {limit} UTF-16 units, and this has {length}", fix)
    sys.stdout.buffer.write(text.encode())
    print(f"{length} of {limit} UTF-16 units. {target.paste if target else ''}".strip(), file=sys.stderr)
    return 0
