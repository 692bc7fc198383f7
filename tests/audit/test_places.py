"""A call in every place where a format can hold one: wherever it stands, the file is not clean.

What ran counts, however it was recorded. Each format has a module in tests/audit/places of its name: `CLEAN` are the
records of a file that is clean, and `PLACES` those of files with one more call, result or hint of one, by its place.
"""

import copy
import json
import re

import pytest

from promptkit.audit.detect import readers
from promptkit.policy.verdict import Verdict
from tests.audit.formats_with_places import FORMATS
from tests.audit.transcripts import FAILED, lines

EVERYWHERE = {"first message", "nested", "result alone", "call alone", "other branch", "unknown kind"}
# Calls as hosts of all kinds write them. In an object that the format has, none of them may go by unseen.
OF_ANY_HOST = [
    {"type": "tool_use", "id": "zz", "name": "run_workflow", "input": {}},
    {"id": "zz", "type": "function", "function": {"name": "run_workflow", "arguments": "{}"}},
    {"functionCall": {"name": "run_workflow", "args": {}}},
    {"type": "mcpToolCall", "server": "torii", "tool": "run_workflow"},
]
NOTHING = "(?!)"
ALL = [(name, place) for name, module in FORMATS.items() for place in module.PLACES]


def test_every_format_has_its_places():
    assert FORMATS.keys() == readers().keys()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_call_in_each_place_that_all_formats_have(name):
    assert FORMATS[name].PLACES.keys() >= EVERYWHERE


@pytest.mark.parametrize("name", [name for name, module in FORMATS.items() if module.CLEAN])
def test_the_file_without_the_call_is_clean(name, audited):
    found = audited(lines(*FORMATS[name].CLEAN))
    assert ({result.format for result in found.results}, found.verdict) == ({name}, Verdict.CLEAN)


# A record of LangSmith is a run with its outcome, and any of them may be the last.
IN_TURN = [name for name, module in FORMATS.items() if len(module.CLEAN or ()) > 1 and name != "langsmith"]


@pytest.mark.parametrize("name", IN_TURN)
def test_a_file_cut_off_right_after_a_call_is_not_clean(name, audited):
    records = FORMATS[name].CLEAN
    cut = (audited(lines(*records[:number])) for number in range(1, len(records)))
    with_call = next((found for found in cut if any(result.calls for result in found.results)), None)
    assert with_call is None or with_call.verdict is not Verdict.CLEAN


@pytest.mark.parametrize(("name", "place"), ALL)
def test_a_call_in_any_place_is_read_or_a_gap(name, place, audited):
    found = audited(lines(*FORMATS[name].PLACES[place]))
    assert {result.format for result in found.results} == {name}
    assert found.verdict is not Verdict.CLEAN
    assert not [result.reason for result in found.results if FAILED.search(result.reason)]


def objects(value, way=()):
    """The way to every object inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield way
    for key, held in inner:
        yield from objects(held, (*way, key))


def with_call(records, way, call):
    changed = held = copy.deepcopy(records)
    for key in way:
        held = held[key]
    held["surprise"] = [call]
    return changed


@pytest.mark.parametrize("name", [name for name, module in FORMATS.items() if module.CLEAN])
def test_a_call_of_any_host_beside_what_a_format_knows_is_never_clean(name, audited):
    """`DATA` of a module of places is the pattern of the ways into calls and results, and into what they carry."""
    records = json.loads(json.dumps(FORMATS[name].CLEAN))
    data = re.compile(getattr(FORMATS[name], "DATA", NOTHING))
    ways = [way for way in objects(records) if not data.fullmatch("/".join(map(str, way)))]
    clean = [
        (way, call)
        for way in ways
        for call in OF_ANY_HOST
        if audited(lines(*with_call(records, way, call))).verdict is Verdict.CLEAN
    ]
    assert clean == []
