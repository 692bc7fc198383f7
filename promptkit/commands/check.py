"""`check`: print every problem in the library."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from promptkit.checking.library import check_library, check_prompt_file
from promptkit.checking.recipes import check_recipe_file
from promptkit.errors import Problem, PromptkitError, UsageError
from promptkit.library.store import Library, open_library


def check(library: Library, paths: Sequence[Path], *, as_json: bool) -> int:
    """Print the problems in the library, or in the given prompt and recipe files; 1 if there are any."""
    problems = (
        [problem for path in paths for problem in _check_path(library, path)] if paths else check_library(library)
    )
    if as_json:
        print(json.dumps([vars(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            print(problem)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        print(f"{count} found." if problems else "No problems found.", file=sys.stderr)
    return 1 if problems else 0


def _check_path(library: Library, path: Path) -> list[Problem]:
    if path.is_dir():
        return check_library(open_library(path.parent if path.resolve().name == "prompts" else path))
    if not path.is_file():
        raise UsageError.of(
            "no-such-file",
            f"{path} does not exist",
            "name a prompt or recipe file, or the folder that holds prompts/",
        )
    try:
        is_recipe = path.resolve().parent.name == "recipes"
        return sorted((check_recipe_file if is_recipe else check_prompt_file)(library, path))
    except PromptkitError as error:
        return list(error.problems)
