"""The place of each call can be opened: by its line and its pointer, the tool is found in the file."""

import json
from pathlib import Path

import pytest

from promptkit.audit.location import line_of, place_of

SEEDS = sorted(Path(__file__).with_name("seeds").iterdir())


def at_pointer(value, pointer):
    """What stands there; a text on the way is the JSON of a body."""
    for part in pointer.split("/")[1:]:
        value = json.loads(value) if isinstance(value, str) else value
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_call_of_a_seed_stands_where_its_place_says(seed, audited):
    raw = seed.read_text("utf-8")
    calls = [call for result in audited(raw.encode(), seed.name).results for call in result.calls]
    assert calls
    for call in calls:
        line = line_of(call.location)
        text = raw.splitlines()[line - 1] if line else raw
        pointer = call.location.removeprefix(f"line {line}") if line else call.location
        assert call.tool in text
        if text.startswith(("{", "[")):
            assert call.tool in json.dumps(at_pointer(json.loads(text), pointer))


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("line 7", "a.jsonl:7"),
        ("line 7/message/content/0", "a.jsonl:7 /message/content/0"),
        ("/0/mapping/n2/message", "a.jsonl /0/mapping/n2/message"),
        ("", "a.jsonl"),
        ("line 7\x1b[31m/x\n", "a.jsonl:7 \\x1b[31m/x\\x0a"),
    ],
)
def test_a_place_is_written_as_editors_open_it(location, place):
    assert place_of("a.jsonl", location) == place


def test_the_entry_of_a_zip_file_is_part_of_the_place():
    assert place_of("export.zip!conversations.json", "/0/x") == "export.zip!conversations.json /0/x"
