"""`check`: print every problem in the library."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from promptkit.checking.library import check_library, check_prompt_file
from promptkit.checking.recipes import check_recipe_file
from promptkit.errors import Problem, PromptkitError, UsageError
from promptkit.library.profile import today_at
from promptkit.library.store import Library, open_library
from promptkit.model import DEFAULT_PROFILE


def check(library: Library, paths: Sequence[Path], *, as_json: bool) -> int:
    """Print the problems in the library, or in the given prompt and recipe files; 1 if there are any."""
    today = today_at(DEFAULT_PROFILE)
    problems = (
        [problem for path in paths for problem in _check_path(library, path, today)]
        if paths
        else check_library(library, today)
    )
    if as_json:
        print(json.dumps([vars(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            print(problem)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        print(f"{count} found." if problems else "No problems found.", file=sys.stderr)
    return 1 if problems else 0


def _check_path(library: Library, path: Path, today: datetime.date) -> list[Problem]:
    if path.is_dir():
        folder = path.parent if path.resolve().name == "prompts" else path
        is_whole = (folder / "instructions" / "tools.lock.json").is_file()
        # A copy of our whole library stands alone; anything else lies over ours.
        return check_library(Library(folder) if is_whole else open_library(folder), today)
    if not path.is_file():
        raise UsageError.of(
            "no-such-file",
            f"{path} does not exist",
            "name a prompt or recipe file, or the folder that holds prompts/",
        )
    try:
        if path.resolve().parent.name == "recipes":
            return check_recipe_file(library, path)
        return sorted(check_prompt_file(library, path, today))
    except PromptkitError as error:
        return list(error.problems)
