"""A call in every place where a format can hold one: wherever it stands, the file is not clean.

What ran counts, however it was recorded. Each format has a module in tests/audit/places of its name: `CLEAN` are the
records of a file that is clean, and `PLACES` those of files with one more call, result or hint of one, by its place.
"""

import pytest

from promptkit.audit.detect import readers
from promptkit.policy.verdict import Verdict
from tests.audit.formats_with_places import FORMATS
from tests.audit.transcripts import FAILED, lines

EVERYWHERE = {"first message", "nested", "result alone", "call alone", "other branch", "unknown kind"}
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


@pytest.mark.parametrize(("name", "place"), ALL)
def test_a_call_in_any_place_is_read_or_a_gap(name, place, audited):
    found = audited(lines(*FORMATS[name].PLACES[place]))
    assert {result.format for result in found.results} == {name}
    assert found.verdict is not Verdict.CLEAN
    assert not [result.reason for result in found.results if FAILED.search(result.reason)]
