"""`render`: exactly the text to paste, on stdout."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError, UsageError
from promptkit.library.profile import today_at
from promptkit.library.render import render, resolve_arguments
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Scalar
from promptkit.text import legible


def render_prompt(library: Library, reference: str, pairs: Sequence[str], *, profile: Profile) -> int:
    """Print one rendered prompt."""
    prompt = library.load_prompt(reference)
    text = render(prompt, filled_in(prompt, pairs, profile), profile)
    sys.stdout.buffer.write(text.encode())
    if prompt.deprecation_notice:
        print(f"{prompt.name}: {prompt.deprecation_notice}", file=sys.stderr)
    return 0


def filled_in(prompt: Prompt, pairs: Sequence[str], profile: Profile) -> dict[str, Scalar]:
    """The value of each argument: as a pair has it, or by default.

    Raises:
        UsageError: everything that is wrong with the pairs, or an argument that needs one has none.
    """
    try:
        return resolve_arguments(prompt, parse_pairs(prompt, pairs, today_at(profile)), profile)
    except PromptkitError as error:
        raise UsageError(error.problems) from error


def parse_pairs(prompt: Prompt, pairs: Sequence[str], today: datetime.date) -> dict[str, Scalar]:
    """`key=value` pairs, typed `today`, as values; unknown names stay text, for render to report.

    Raises:
        UsageError: a pair has no `=`, or a name is given twice.
    """
    values: dict[str, Scalar] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or name in values:
            raise UsageError.of(
                "wrong-pair",
                f"-a {legible(pair)} is not key=value with a new key",
                "write -a key=value, each key once",
            )
        argument = prompt.arguments.get(name)
        values[name] = type_of(argument).parse(text, today) if argument else text
    return values
