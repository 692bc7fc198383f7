"""Why calls may be missing from a conversation, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

# How readers say that something is of a kind that they do not know.
_UNKNOWN = re.compile("not known$|kind we do not know|may hold calls$")


def summed_up(gaps: Sequence[str]) -> str:
    """The first gap, how many more are of its kind, how many there are besides, and what to do."""
    kinds = [gap.partition(": ")[2] or gap for gap in gaps]
    alike = kinds.count(kinds[0])
    told = [f"{alike - 1} more like it"] if alike > 1 else []
    told += [f"{len(gaps) - alike} of other kinds"] if len(gaps) > alike else []
    more = f" (and {', '.join(told)})" if told else ""
    fix = "; look at what stands there by hand" if _UNKNOWN.search(gaps[0]) else ""
    return f"{gaps[0]}{more}{fix}"
