"""For pytest: the fixture `run_prompt`. The rest of promptkit is imported only when a test asks for it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest


@pytest.fixture(scope="session")
def run_prompt() -> Callable[..., Any]:
    """`promptkit.evaluation.testing.run_prompt`: runs every sample of a prompt with a model."""
    run: Callable[..., Any] = import_module("promptkit.evaluation.testing").run_prompt
    return run
