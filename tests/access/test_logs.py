import json
import logging

import pytest

from promptkit.access.logs import JsonLines


@pytest.fixture
def lines():
    """What is logged, as it is written."""
    written = []

    class Kept(logging.Handler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    kept = Kept()
    kept.setFormatter(JsonLines())
    logging.getLogger().addHandler(kept)
    yield written
    logging.getLogger().removeHandler(kept)


def test_what_a_library_logs_is_kept_without_what_it_says(lines):
    logging.getLogger("a.library").warning("no session %s of ann@example.com", "a-secret")
    (line,) = lines
    assert line.pop("time").endswith("+00:00")
    assert line.pop("at").startswith("test_logs:")
    assert line == {"level": "warning", "event": "library", "logger": "a.library"}


def test_of_an_error_its_kind_is_kept_and_not_its_text(lines):
    try:
        raise ValueError("ann@example.com")
    except ValueError:
        logging.getLogger("a.library").exception("it failed")
    assert lines[0]["error"] == "This is a bug in promptkit: ValueError"
    assert "ann" not in json.dumps(lines)
