from pathlib import Path

import pytest

from promptkit.library import Library, default_root

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def library() -> Library:
    return Library(default_root())
