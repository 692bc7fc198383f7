import os
import re

import pytest

from promptkit.audit import sources
from promptkit.audit.sources import find_sources, missing_parts
from promptkit.policy.verdict import Verdict
from tests.audit.transcripts import HEADER, call, lines, sample, write

RUN = lines(HEADER, sample(call()))


def zipped(path, members):
    with sources.zipfile.ZipFile(path, "w", sources.zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return path


def names(found):
    return [result.path.rpartition("/")[2] for result in found.results]


def test_folders_and_zip_files_are_read_member_by_member(tmp_path, audited):
    write(tmp_path / "b" / "run.jsonl", RUN)
    write(tmp_path / "a.jsonl", RUN)
    zipped(tmp_path / "c.zip", {"deep/x.jsonl": RUN, "y.jsonl": RUN})
    found = audited()
    assert found.verdict is Verdict.CLEAN
    assert [result.path.removeprefix(f"{tmp_path}/") for result in found.results] == [
        "a.jsonl",
        "c.zip!deep/x.jsonl",
        "c.zip!y.jsonl",
        "b/run.jsonl",
    ]


def test_a_file_named_twice_is_read_once(tmp_path):
    path = write(tmp_path / "run.jsonl", RUN)
    assert len(find_sources([path, tmp_path, path])) == 1


def test_what_lies_beside_transcripts_is_passed_over_by_name(tmp_path, audited):
    for name in ("user.json", "chat.html", "a.png", ".DS_Store", "agent-7.meta.json"):
        write(tmp_path / name, b'{"id":"u"}')
    write(tmp_path / "run.jsonl", RUN)
    found = audited()
    assert names(found) == ["run.jsonl"]
    assert len(found.passed_over) == 5


def test_what_lies_beside_transcripts_is_passed_over_at_the_top_of_a_zip_file_too(tmp_path, audited):
    zipped(tmp_path / "x.zip", {"user.json": b'{"id":"u"}', "run.jsonl": RUN})
    assert len(audited().passed_over) == 1


def test_a_transcript_is_read_whatever_its_name(tmp_path, audited):
    write(tmp_path / "holiday.png", lines(HEADER, sample(call("run_workflow"))))
    assert audited().verdict is Verdict.VIOLATION


def test_everything_else_is_said_to_be_unreadable(tmp_path, audited):
    write(tmp_path / "run.jsonl", RUN)
    write(tmp_path / "notes.dat", b"secret")
    found = audited()
    assert (names(found), found.verdict) == (["notes.dat", "run.jsonl"], Verdict.INCONCLUSIVE)


def test_a_folder_without_transcripts_is_inconclusive(tmp_path, audited):
    write(tmp_path / "chat.html", b"<html>run_workflow</html>")
    assert audited().verdict is Verdict.INCONCLUSIVE


def test_a_named_file_is_never_passed_over(tmp_path, audited):
    assert audited(b"<html>", name="chat.html").verdict is Verdict.INCONCLUSIVE


def test_a_member_with_a_hostile_name_is_read_and_nothing_is_written(tmp_path, audited):
    inside = tmp_path / "inside"
    inside.mkdir()
    zipped(inside / "x.zip", {"../../escaped.jsonl": RUN, "/etc/passwd.jsonl": RUN})
    before = sorted(tmp_path.rglob("*"))
    assert audited().verdict is Verdict.CLEAN
    assert sorted(tmp_path.rglob("*")) == before


def test_a_zip_bomb_is_not_unpacked(tmp_path, audited):
    zipped(tmp_path / "bomb.zip", {"conversations.json": b" " * (65 * 1024 * 1024)})
    result = audited().results[0]
    assert (result.ground, result.reason) == (
        "gap",
        "it unpacks to more than 200 times its size, as zip bombs do; unpack it first",
    )


def test_an_archive_too_large_as_a_whole_is_not_unpacked(tmp_path, audited):
    path = zipped(tmp_path / "x.zip", {f"{number}.jsonl": RUN for number in range(17)})
    # Each member's entry in the central directory says how large it is; now 4 GiB.
    entry = re.compile(rb"(PK\x01\x02.{20}).{4}", re.DOTALL)
    path.write_bytes(entry.sub(lambda found: found[1] + b"\xfe\xff\xff\xff", path.read_bytes()))
    assert audited().results[0].reason == "it unpacks to more than 64 GiB"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"PK\x03\x04 rubbish", "it cannot be opened as a zip file (BadZipFile)"),
        (b"PK\x05\x06" + b"\0" * 18, "it is not JSON"),
    ],
)
def test_a_broken_archive_is_a_gap(raw, reason, audited):
    assert audited(raw, name="x.zip").results[0].reason == reason


def test_a_zip_inside_a_zip_is_a_gap(tmp_path, audited):
    inner = zipped(tmp_path / "inner", {"run.jsonl": RUN}).read_bytes()
    (tmp_path / "inner").unlink()
    zipped(tmp_path / "outer.zip", {"inner.zip": inner})
    assert audited().results[0].reason == "it is a zip file inside a zip file; unpack it first"


def test_a_problem_that_all_members_share_is_told_once(tmp_path, audited):
    path = zipped(tmp_path / "locked.zip", {"a.jsonl": RUN, "b.jsonl": RUN})
    encrypted = path.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    path.write_bytes(encrypted)
    assert [(result.path, result.reason) for result in audited().results] == [
        (str(path), "it is encrypted; unpack it first")
    ]


def test_links_and_pipes_are_said_and_not_opened(tmp_path, audited):
    outside = write(tmp_path / "outside" / "run.jsonl", RUN)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.jsonl").symlink_to(outside)
    os.mkfifo(inside / "pipe.jsonl")
    outside.unlink()
    assert [result.reason for result in audited().results] == [
        "it is a symbolic link; name the file it points to",
        "it is not a file",
    ]


def test_too_many_files_are_a_problem_of_their_folder(tmp_path):
    for name in "abc":
        write(tmp_path / f"{name}.jsonl", RUN)
    found = find_sources([tmp_path], max_files=2)
    assert [source.problem for source in found] == [None, None, "it holds more than 2 files"]


def test_a_missing_part_of_an_export_is_a_gap(tmp_path, audited):
    zipped(tmp_path / "x.zip", {"conversations-000.json": b"[]", "conversations-003.json": b"[]"})
    missing = [shard.name.rpartition("/")[2] for shard in missing_parts(find_sources([tmp_path]))]
    assert missing == ["x.zip!conversations-001.json", "x.zip!conversations-002.json"]
    assert audited().results[-1].reason == "this part of the export is missing"


def test_a_zip_file_of_a_later_version_is_a_gap(tmp_path, audited):
    raw = zipped(tmp_path / "a.zip", {"run.jsonl": RUN}).read_bytes()
    version = raw.index(b"PK\x01\x02") + 6
    write(tmp_path / "a.zip", raw[:version] + b"\xff" + raw[version + 1 :])
    write(tmp_path / "b.jsonl", RUN)
    found = audited()
    assert found.results[0].reason == "it cannot be opened as a zip file (NotImplementedError)"
    assert found.results[1].verdict is Verdict.CLEAN


def test_members_packed_with_zstd_are_read(tmp_path, audited):
    path = tmp_path / "run.eval"
    with sources.zipfile.ZipFile(path, "w", sources.zipfile.ZIP_ZSTANDARD) as archive:
        archive.writestr("run.jsonl", RUN)
    assert b"PK\x01\x02" in path.read_bytes() and RUN[:40] not in path.read_bytes()
    assert audited().verdict is Verdict.CLEAN
