import json

import pytest

from promptkit.audit.detect import readers
from promptkit.audit.likeness import most_like
from tests.audit.formats_with_places import FORMATS
from tests.audit.transcripts import lines


def renamed(value, key):
    """A value as a host writes it that has given a member another name."""
    if isinstance(value, dict):
        return {f"new_{name}" if name == key else name: renamed(inner, key) for name, inner in value.items()}
    return [renamed(inner, key) for inner in value] if isinstance(value, list) else value


def members(value):
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from members(inner)


def unknown_versions(name):
    """The records of a format's clean file with one member renamed, where no format fits any more."""
    written = json.loads(json.dumps(list(FORMATS[name].CLEAN)))
    records = [value for record in written for value in (record if isinstance(record, list) else [record])]
    for key in sorted(set(members(records))):
        changed = renamed(records, key)
        if not any(reader.matches(value) for reader in readers().values() for value in changed):
            yield changed


WITH_VERSIONS = [name for name, module in FORMATS.items() if module.CLEAN and any(unknown_versions(name))]


@pytest.mark.parametrize("name", WITH_VERSIONS)
def test_a_format_with_a_renamed_member_is_never_said_to_look_like_another(name):
    assert {most_like(changed, readers()) for changed in unknown_versions(name)} <= {name, None}


def test_most_formats_with_a_renamed_member_are_recognised():
    found = [most_like(changed, readers()) for name in WITH_VERSIONS for changed in unknown_versions(name)]
    assert found.count(None) < len(found) / 5


@pytest.mark.parametrize(
    "value",
    [
        {"name": "x", "version": "1.2.0", "dependencies": {"a": "2.0"}, "type": "module", "files": ["a"]},
        {"level": "info", "ts": 1, "msg": "started", "params": {"a": 1}},
        {"id": 1, "name": "Slack", "state": "managed", "owner": {"email": "a"}},
        [[]],
        None,
        {},
    ],
)
def test_what_is_no_transcript_looks_like_none(value):
    assert most_like([value], readers()) is None


def test_the_audit_says_what_an_unknown_file_looks_like_and_reads_nothing_by_it(audited):
    [changed, *_] = unknown_versions("open-webui")
    [result] = audited(lines(*changed)).results
    assert result.reason.startswith("it fits no format we know, and looks most like open-webui; seen: objects with")
    assert (result.format, result.ground, result.calls) == (None, "unknown-format", ())
