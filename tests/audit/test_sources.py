import bz2
import gzip
import json
import lzma
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

import pytest

from promptkit.audit import sources
from promptkit.audit.audit import Auditor
from promptkit.audit.sources import find_sources, missing_parts
from promptkit.errors import UsageError
from promptkit.policy.verdict import Verdict
from tests.audit.transcripts import HEADER, call, lines, sample, write, zipped

RUN = lines(HEADER, sample(call()))
ACTED = lines(HEADER, sample(call("run_workflow")))
LINK = "it is a symbolic link; name what it points to"


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


def test_an_archive_before_the_archive_is_a_gap(tmp_path, audited):
    first, second = zipped(tmp_path / "a.zip", {"x.jsonl": ACTED}), zipped(tmp_path / "b.zip", {"x.jsonl": RUN})
    write(second, first.read_bytes() + second.read_bytes())
    first.unlink()
    assert [result.reason for result in audited().results if result.verdict is Verdict.INCONCLUSIVE] == [
        "other data stands before the archive, and was not read"
    ]


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
    write(tmp_path / "notes.bin", b"secret")
    found = audited()
    assert (names(found), found.verdict) == (["notes.bin", "run.jsonl"], Verdict.INCONCLUSIVE)


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
    assert audited().results[0].reason == "it unpacks to more than 64 GiB; unpack it first"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"PK\x03\x04 rubbish", "it cannot be opened as a zip file: it is broken"),
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
        "it is a symbolic link; name what it points to",
        "it is not a file",
    ]


def test_too_many_files_are_a_problem_of_their_folder(tmp_path):
    for name in "abc":
        write(tmp_path / f"{name}.jsonl", RUN)
    problem = "there are more than 2 files, and the rest was not read; audit fewer at once"
    assert [source.problem for source in find_sources([tmp_path], max_files=2)] == [None, None, problem]
    assert [source.problem for source in find_sources([tmp_path], max_files=3)] == [None, None, None]


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
    assert found.results[0].reason == (
        "it cannot be opened as a zip file: it is packed in a way that we do not know; unpack it first"
    )
    assert found.results[1].verdict is Verdict.CLEAN


def test_members_packed_with_zstd_are_read(tmp_path, audited):
    path = tmp_path / "run.eval"
    with sources.zipfile.ZipFile(path, "w", sources.zipfile.ZIP_ZSTANDARD) as archive:
        archive.writestr("run.jsonl", RUN)
    assert b"PK\x01\x02" in path.read_bytes() and RUN[:40] not in path.read_bytes()
    assert audited().verdict is Verdict.CLEAN


def gaps(found):
    return {result.path.rpartition("/")[2]: result.reason for result in found.results if result.ground != "read-tool"}


@pytest.mark.parametrize("target", ["../outside", ".", "..", "sub", "nowhere"])
def test_a_linked_folder_is_named_and_not_followed(target, tmp_path, audited):
    write(tmp_path / "outside/bad.jsonl", ACTED)
    (tmp_path / "inside").mkdir()
    write(tmp_path / "inside/run.jsonl", RUN)
    (tmp_path / "inside/sub").symlink_to(target)
    found = audited(None) if target == "nowhere" else audited()
    assert found.verdict is not Verdict.CLEAN
    assert gaps(found)["sub"] == LINK


def test_what_a_named_link_points_to_is_read(tmp_path, policy):
    write(tmp_path / "outside/run.jsonl", RUN)
    (tmp_path / "folder").symlink_to("outside")
    (tmp_path / "file").symlink_to("outside/run.jsonl")
    assert [source.problem for source in find_sources([tmp_path / "folder", tmp_path / "file"])] == [None, None]


def test_a_named_link_that_leads_nowhere_or_to_itself_is_never_passed_over(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "gone").symlink_to("nowhere")
    assert (
        find_sources([tmp_path / "loop"])[0].problem == "it cannot be looked into (Too many levels of symbolic links)"
    )
    with pytest.raises(UsageError):
        find_sources([tmp_path / "gone"])


def test_a_path_inside_a_zip_file_is_not_there(tmp_path):
    path = zipped(tmp_path / "x.zip", {"inner/run.jsonl": RUN})
    with pytest.raises(UsageError):
        find_sources([path / "inner"])


def test_a_socket_is_named_and_not_opened(tmp_path, audited):
    write(tmp_path / "run.jsonl", RUN)
    # The name of a socket is short, and that of the test's folder may be long.
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "s.png"))
        shutil.move(folder / "s.png", tmp_path / "s.png")
    folder.rmdir()
    assert gaps(audited()) == {"s.png": "it is not a file"}


@pytest.mark.parametrize("name", ["run.jsonl", "chat.html"])
def test_a_file_that_vanishes_is_named_whatever_its_name(name, tmp_path, policy):
    path = write(tmp_path / name, RUN)
    [source] = find_sources([tmp_path])
    path.unlink()
    [result] = Auditor(policy).audit_file(source)
    assert result.reason == "it cannot be read to its end: No such file or directory"


AS_NOBODY = """
import encodings.cp437, json, os, sys
from pathlib import Path
from promptkit.audit.audit import Auditor, audit
from promptkit.audit.detect import readers
from promptkit.library.store import Library, default_root
from promptkit.policy.review import tool_policy
auditor = Auditor(tool_policy(Library(default_root())))
readers()
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
print(json.dumps(audit([Path(sys.argv[1])], auditor, jobs=1).as_json()))
"""


@pytest.fixture
def open_folder():
    """A folder below which everybody may read what is not closed on purpose."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("closed", "reason"),
    [
        ("sub", "it cannot be looked into (Permission denied)"),
        ("sub/bad.jsonl", "it cannot be read to its end: Permission denied"),
        ("sub/chat.html", "it cannot be read to its end: Permission denied"),
        ("sub/export.zip", "it cannot be read to its end: Permission denied"),
    ],
)
def test_what_we_may_not_read_is_named(closed, reason, open_folder):
    write(open_folder / "run.jsonl", RUN)
    write(open_folder / "sub/bad.jsonl", RUN)
    write(open_folder / "sub/chat.html", b"<html>")
    zipped(open_folder / "sub/export.zip", {"run.jsonl": RUN})
    (open_folder / closed).chmod(0)
    ran = subprocess.run([sys.executable, "-c", AS_NOBODY, open_folder], capture_output=True, check=True)
    results = json.loads(ran.stdout)["results"]
    told = {result["path"]: result["reason"] for result in results if result["verdict"] != "clean"}
    assert told == {str(open_folder / closed): reason}


def planted(name, raw, *, mode=0):
    member = sources.zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    return {member: raw}


@pytest.mark.parametrize("name", ["b.jsonl/", "b.png/", "chat.html/", "../"])
def test_a_member_with_content_is_a_file_although_it_is_named_like_a_folder(name, tmp_path, audited):
    zipped(tmp_path / "x.zip", {"a.jsonl": RUN, "empty/": b""} | planted(name, ACTED))
    assert audited().verdict is Verdict.VIOLATION


def test_a_link_in_a_zip_file_is_named(tmp_path, audited):
    zipped(tmp_path / "x.zip", {"a.jsonl": RUN} | planted("b.png", b"../secret", mode=stat.S_IFLNK | 0o777))
    assert gaps(audited()) == {"x.zip!b.png": LINK}


def tarred(raw):
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo("run.jsonl")
        member.size = len(raw)
        archive.addfile(member, BytesIO(raw))
    return made.getvalue()


def zipped_bytes(raw):
    made = BytesIO()
    with sources.zipfile.ZipFile(made, "w") as archive:
        archive.writestr("run.jsonl", raw)
    return made.getvalue()


PACKED = {
    "zip": zipped_bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "tar": tarred,
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda raw: raw.decode().encode("utf-16-le"),
    "UTF-32": lambda raw: raw.decode().encode("utf-32-be"),
    "torn": lambda raw: raw.splitlines()[1][:-9],
    "after much else": lambda raw: b'{"a": 1}\n' * 300 + raw,
    "two formats": lambda raw: (
        b'{"uuid":1,"chat_messages":[],"mapping":{},"conversation_id":1}\n' + raw.splitlines()[0][:-1]
    ),
}


@pytest.mark.parametrize("name", ["b.png", "b.html", "notes.txt", "._b", "users.json"])
@pytest.mark.parametrize("how", PACKED)
def test_what_may_hide_a_transcript_is_never_passed_over(how, name, tmp_path, audited):
    zipped(tmp_path / "o.zip", {"a.jsonl": RUN, name: PACKED[how](ACTED)})
    found = audited()
    assert list(gaps(found)) == [f"o.zip!{name}"]
    assert found.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("config.toml", b"[model]\nname = 1\n"),
        ("notes.md", b"[link](x)\n"),
        ("page.md", b"{{ title }}\n"),
        ("a.css", b"a {}\n"),
        ("a.js", b'{ let a = "1" }'),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.txt", b""),
        ("users.json", b'[\n {"uuid": "u"}\n]'),
    ],
)
def test_what_is_not_json_or_no_transcript_is_passed_over_by_name(name, raw, tmp_path, audited):
    write(tmp_path / "run.jsonl", RUN)
    write(tmp_path / name, raw)
    found = audited()
    assert (found.verdict, len(found.passed_over)) == (Verdict.CLEAN, 1)


@pytest.mark.parametrize("number", ["999999999", "9" * 5000])
def test_a_part_of_an_export_with_a_huge_number_names_a_hundred_missing_ones_at_most(number, tmp_path, audited):
    zipped(tmp_path / "x.zip", {f"conversations-{number}.json": b"[]"})
    assert len(audited().results) <= 101
