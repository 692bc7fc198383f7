"""Which version this is, and what to send in when it fails."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from traceback import extract_tb, format_exception

_PACKAGE = Path(__file__).parent


def our_version() -> str:
    """The version that is installed."""
    return version("torii-promptkit")


def bug_report(error: Exception) -> str:
    """The traceback, then the failure in one line, the versions, and what to do with them."""
    lines = [
        *format_exception(error),
        f"{bug_line(error)}.",
        f"promptkit {our_version()}, Python {platform.python_version()}, {platform.platform()}",
        "Please report it with the lines above, where you got promptkit from.",
        "They may quote your data, so read them first.",
    ]
    return "\n".join(line.rstrip("\n") for line in lines)


def bug_line(error: BaseException) -> str:
    """The failure in one line: the kind of error, and the innermost of our own lines that it passed through."""
    # A task group wraps the error of one task in an exception group.
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    ours = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_PACKAGE)]
    failure = f"This is a bug in promptkit: {type(error).__name__}"
    if not ours:
        return failure
    path = Path(ours[-1].filename).relative_to(_PACKAGE.parent).as_posix()
    return f"{failure} at {path}:{ours[-1].lineno}, in {ours[-1].name}"
