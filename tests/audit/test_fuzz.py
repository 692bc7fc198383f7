"""Whatever is in a file: no crash, no end that does not come, and no violation that turns clean."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptkit.audit.audit import Auditor, audit
from promptkit.policy.verdict import Verdict
from tests.audit.transcripts import FAILED, HEADER, call, lines, sample

SEEDS = Path(__file__).parent / "seeds"
VIOLATIONS = {path.name: path.read_bytes() for path in sorted(SEEDS.glob("*"))}
OF_JSON = [name for name in VIOLATIONS if name.endswith((".json", ".jsonl"))]
VIOLATIONS["promptkit_run.jsonl"] = lines(HEADER, sample(call(), call("mcp__torii__run_workflow")))
ANY_FILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BITS = rb'{ } [ ] " , : \ null "": {} "type":"text", "role":"user", "status":"failed", "is_error":true, "messages":[],'
JSON_BITS = st.sampled_from([*BITS.split(), b"\n", b"\x00", b"\xff", b"\xef\xbb\xbf"])
ODD_VALUES = (None, [], {}, "", "x", 7, -0.5, True, [[]], [None], [{}], {"": []}, {"x": {"x": {}}})
JUNK = st.binary(max_size=40) | st.lists(JSON_BITS, max_size=6).map(b"".join)


@pytest.fixture
def verdict(tmp_path, policy):
    path = tmp_path / "file"

    def judge(raw: bytes) -> Verdict:
        path.write_bytes(raw)
        return audit([path], Auditor(policy), jobs=1).verdict

    return judge


@ANY_FILE
@given(raw=JUNK | st.lists(JUNK, max_size=20).map(b"".join))
def test_any_bytes_are_inconclusive_and_no_crash(raw, verdict):
    assert verdict(raw) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("name", VIOLATIONS)
def test_each_seed_is_a_violation(name, verdict):
    assert verdict(VIOLATIONS[name]) is Verdict.VIOLATION


@pytest.mark.parametrize("name", VIOLATIONS)
@ANY_FILE
@given(place=st.floats(0, 1), junk=JUNK)
def test_junk_in_a_violation_never_makes_it_clean(name, place, junk, verdict):
    raw = VIOLATIONS[name]
    at = round(place * len(raw))
    assert verdict(raw[:at] + junk + raw[at:]) is not Verdict.CLEAN


@pytest.mark.parametrize("name", VIOLATIONS)
@ANY_FILE
@given(start=st.floats(0, 1), length=st.integers(1, 60))
def test_a_violation_with_a_hole_is_never_clean(name, start, length, verdict):
    raw = VIOLATIONS[name]
    at = round(start * len(raw))
    assert verdict(raw[:at] + raw[at + length :]) is not Verdict.CLEAN


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_cut_off_anywhere_is_never_clean(name, verdict):
    raw = VIOLATIONS[name]
    step = max(1, len(raw) // 100)
    assert Verdict.CLEAN not in {verdict(raw[:end]) for end in range(0, len(raw), step)}


def documents(raw: bytes):
    """The JSON values of a seed, one a line or one in all."""
    try:
        return [json.loads(raw)]
    except ValueError:
        return [json.loads(line) for line in raw.splitlines()]


def places(value: object):
    """Every place inside a value, as the way to it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield (key,)
        yield from ((key, *rest) for rest in places(held))


@pytest.mark.parametrize("name", OF_JSON)
def test_no_reader_fails_at_a_value_of_another_type(name, audited):
    seed = documents(VIOLATIONS[name])

    @settings(ANY_FILE)
    @given(way=st.sampled_from(list(places(seed))), odd=st.sampled_from(ODD_VALUES))
    def spoil(way, odd):
        values = held = copy.deepcopy(seed)
        for key in way[:-1]:
            held = held[key]
        held[way[-1]] = odd
        found = audited(b"\n".join(json.dumps(value).encode() for value in values))
        assert not [result.reason for result in found.results if FAILED.search(result.reason)]

    spoil()
