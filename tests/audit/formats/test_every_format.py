"""Each format of the folder has a seed, which the fuzzing and the other tests of all formats begin from, and a test."""

import io
from functools import partial
from itertools import chain
from pathlib import Path

import pytest

from promptkit.audit.detect import abouts, readers
from promptkit.audit.records import Records
from promptkit.policy.verdict import Verdict
from tests.audit.formats_with_places import FORMATS as PLACES
from tests.audit.transcripts import lines
from tests.audit_formats import PAGE, page

HERE = Path(__file__).parent
SEEDS = sorted(HERE.with_name("seeds").iterdir())
FORMATS = sorted(readers())


def fitting_to(value: object) -> list[str]:
    return [name for name, reader in readers().items() if reader.matches(value)]


def format_of(seed: Path) -> str:
    return seed.stem.replace("_", "-")


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_a_seed_and_a_test_of_its_own(name):
    module = name.replace("-", "_")
    assert module in {seed.stem for seed in SEEDS}, f"add tests/audit/seeds/{module}.json or .jsonl"
    assert (HERE / f"test_{module}.py").exists(), f"add tests/audit/formats/test_{module}.py"


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seed_is_found_to_be_of_the_format_it_is_named_after_and_is_a_violation(seed, audited):
    found = audited(seed.read_bytes(), seed.name)
    assert {result.format for result in found.results} == {format_of(seed)}
    assert found.verdict is Verdict.VIOLATION


@pytest.mark.parametrize("name", FORMATS)
def test_no_record_of_a_format_is_taken_for_one_of_another(name):
    seeds = [seed for seed in SEEDS if format_of(seed) == name]
    raws = [*(seed.read_bytes() for seed in seeds), lines(*(PLACES[name].CLEAN or ()))]
    fitting = [fitting_to(record.value) for raw in raws for record in Records(partial(io.BytesIO, raw))]
    assert {*chain(*fitting)} == {name}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_whose_it_is_how_to_get_a_file_and_what_it_can_and_cannot_show(name):
    about = getattr(readers()[name], "ABOUT", None)
    assert about, (
        f"add ABOUT = FormatAbout(host, get, shows, lacks) to promptkit/audit/formats/{name.replace('-', '_')}.py"
    )
    assert all(about)
    assert all(text.endswith(".") and len(text) < 250 and "|" not in text for text in about[1:])
    assert not about.host.endswith(".")


def test_the_page_of_formats_is_what_their_modules_say():
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.audit_formats"


def test_the_help_of_the_command_tells_all_of_it():
    told = dict(abouts())
    assert told.keys() == readers().keys()
    assert [name for name, reader in readers().items() if not all(text in told[name] for text in reader.ABOUT)] == []
