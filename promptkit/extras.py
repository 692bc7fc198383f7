"""Optional libraries, which only some commands need and an extra installs."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from promptkit.errors import UsageError


def extra(module: str, name: str) -> ModuleType:
    """Import a module of an optional library, or one of ours that imports such a library.

    Args:
        module: its full name.
        name: the extra that installs what it needs.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        fix = f"run: pip install 'torii-promptkit[{name}]'"
        raise UsageError.of("missing-extra", f"this needs {error.name}, which is not installed", fix) from error
