"""`eval --mutate`: whether each condition of a case's truth is tested by its fill-ins."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from promptkit.errors import UsageError, extra
from promptkit.library.store import Library
from promptkit.torii.local import local_torii

_FITTING = ("names", "--mutate", "--json", "--library")


def run_mutate(library: Library, names: Sequence[str], given: Sequence[str], *, as_json: bool) -> int:
    """Print each change to a truth that no fill-in shows; 1 if there are any.

    Args:
        library: has the prompts and their cases.
        names: of prompts; all of them if empty.
        given: the options that were written.
        as_json: print JSON instead of text.

    Raises:
        UsageError: an option is about a run with a model, or the extra `mutation` is not installed.
    """
    if others := [option for option in given if option not in _FITTING]:
        message = f"--mutate runs no model and only on the local Torii, so {others[0]} has no meaning beside it"
        raise UsageError.of("mutate-alone", message, f"leave {others[0]} out, or run it without --mutate")
    mutation = extra("promptkit.evaluation.mutation.unnoticed", "mutation")
    with local_torii() as torii:
        tried = mutation.mutate(library, names, torii)
    if as_json:
        print(json.dumps({**vars(tried), "problems": [vars(problem) for problem in tried.problems]}, indent=2))
        return int(bool(tried.problems))
    for problem in tried.problems:
        print(problem)
    unnoticed = sum(problem.code == "unnoticed-change" for problem in tried.problems)
    views = "1 view" if tried.truths == 1 else f"{tried.truths} views"
    counts = f"{unnoticed} unnoticed, {tried.explained} explained"
    print(f"{tried.changes} changes to the truth of {views}: {counts}.", file=sys.stderr)
    return int(bool(tried.problems))
