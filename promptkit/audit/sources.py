"""Paths -> the files to audit: folders and zip files member by member. Nothing is unpacked to disk."""

from __future__ import annotations

import io
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from os import stat_result
from pathlib import Path
from typing import cast

from promptkit.audit.companions import is_companion
from promptkit.audit.records import is_office_document, why_broken
from promptkit.errors import UsageError
from promptkit.text import sanitized

# Inspect AI packs its archives with zstd, which the standard library knows since 3.14.
if sys.version_info >= (3, 14):
    import zipfile
else:
    from backports.zstd import zipfile

MAX_FILES = 100_000
MAX_MEMBER_RATIO = 200
_RATIO_FROM = 64 * 1024 * 1024
MAX_ARCHIVE_BYTES = 64 * 1024 * 1024 * 1024
_ZIP = b"PK\x03\x04"
_HEAD_BYTES = 64
_LINK = "it is a symbolic link; name what it points to"
# How an archive of Inspect AI keeps a run while it goes on; the header comes at its end.
_JOURNAL = "!_journal/"
_SHARD = re.compile(r"(conversations-)(\d{3,9})(\.json)")
_MAX_MISSING_SHARDS = 100
# What compressing nothing comes to.
_EMPTY_BYTES = 2


@dataclass(frozen=True)
class Source:
    """One file, or one member of a zip file by its index there.

    `problem` says why it cannot be opened. `is_named` tells that the user named it, so that it is not passed over.
    """

    name: str
    file: Path
    size: int = 0
    member: int | None = None
    problem: str | None = None
    is_named: bool = False

    def open(self) -> io.RawIOBase:
        """The bytes from the start.

        Raises:
            OSError, zipfile.BadZipFile: it is gone or broken.
        """
        if self.member is None:
            return self.file.open("rb", buffering=0)
        archive = _archive(self.file)
        return cast(io.RawIOBase, archive.open(archive.infolist()[self.member]))

    @property
    def is_other(self) -> bool:
        """Whether its name says that it is something exports hold beside transcripts."""
        return not self.is_named and (is_companion(self.inside) or _JOURNAL in self.name)

    @property
    def inside(self) -> str:
        """Its path, or that inside the archive."""
        return self.name if self.member is None else self.name.removeprefix(f"{self.file}!")


@lru_cache(maxsize=2)
def _archive(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def find_sources(paths: Iterable[Path], max_files: int = MAX_FILES) -> list[Source]:
    """Everything below the paths, each file once, in the order of the paths and then of the names.

    Raises:
        UsageError: a path is not there.
    """
    found: dict[tuple[Path, int | None], Source] = {}
    for path in paths:
        for source in _sources(path):
            key = (source.file.absolute(), source.member)
            if key not in found and len(found) == max_files:
                problem = f"there are more than {max_files} files, and the rest was not read; audit fewer at once"
                return [*found.values(), Source(str(path), path, problem=problem)]
            found.setdefault(key, source)
    return list(found.values())


def _sources(path: Path) -> Iterator[Source]:
    try:
        # Whoever names a link means what it points to.
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise UsageError.of(
            "no-such-file", f"there is no {sanitized(path, 200)}", "name files or folders of transcripts"
        ) from None
    except OSError as error:
        yield _unreadable(path, error)
        return
    yield from _folder(path) if stat.S_ISDIR(status.st_mode) else _file(path, status, is_named=True)


def _folder(path: Path) -> Iterator[Source]:
    """Everything below a folder: its files, then its folders. What cannot be looked at is a source with a problem."""
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        folders = []
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            yield _unreadable(folder, error)
            continue
        for file in inside:
            try:
                status = file.lstat()
            except OSError as error:
                yield _unreadable(file, error)
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(file)
            else:
                yield from _file(file, status, is_named=False)
        waiting += reversed(folders)


def _unreadable(path: Path, error: OSError) -> Source:
    return Source(str(path), path, problem=f"it cannot be looked into ({error.strerror})")


def _file(path: Path, status: stat_result, *, is_named: bool) -> Iterator[Source]:
    if stat.S_ISLNK(status.st_mode):
        yield Source(str(path), path, problem=_LINK)
    elif not stat.S_ISREG(status.st_mode):
        yield Source(str(path), path, problem="it is not a file")
    elif _starts_as_zip(path):
        yield from _members(path)
    else:
        yield Source(str(path), path, status.st_size, is_named=is_named)


def _starts_as_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            return head.startswith(_ZIP) and not is_office_document(head)
    except OSError:
        return False


def _members(path: Path) -> Iterator[Source]:
    try:
        members = _archive(path).infolist()
    except Exception as error:  # As in Records: whatever is wrong with one archive, the others are still to be read.
        yield Source(str(path), path, problem=f"it cannot be opened as a zip file: {why_broken(error)}")
        return
    if sum(member.file_size for member in members) > MAX_ARCHIVE_BYTES:
        yield Source(str(path), path, problem="it unpacks to more than 64 GiB; unpack it first")
        return
    # Its members count from the start of the archive, and what stands before it may be another one.
    if members and min(member.header_offset for member in members) > 0:
        yield Source(str(path), path, problem="other data stands before the archive, and was not read")
    files = [(index, member, _member_problem(member)) for index, member in enumerate(members) if not _is_folder(member)]
    problems = {problem for _, _, problem in files} or {"it is an empty zip file"}
    if len(problems) == 1 and (shared := problems.pop()):
        yield Source(str(path), path, problem=shared)
        return
    for index, member, problem in files:
        yield Source(f"{path}!{member.filename}", path, member.file_size, index, problem)


def _is_folder(member: zipfile.ZipInfo) -> bool:
    """Whether it is the entry of a folder. One with content is a file, whatever its name ends with."""
    return member.is_dir() and member.file_size == 0 and member.compress_size <= _EMPTY_BYTES


def _member_problem(member: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(member.external_attr >> 16):
        return _LINK
    if member.flag_bits & 1:
        return "it is encrypted; unpack it first"
    if member.file_size > _RATIO_FROM and member.file_size > MAX_MEMBER_RATIO * max(member.compress_size, 1):
        return f"it unpacks to more than {MAX_MEMBER_RATIO} times its size, as zip bombs do; unpack it first"
    return None


def missing_parts(sources: Sequence[Source]) -> list[Source]:
    """The parts of exports and archives that must be there and are not, as sources with a problem."""
    return _missing_shards(sources) + _missing_headers(sources)


def _missing_headers(sources: Sequence[Source]) -> list[Source]:
    names = {source.name for source in sources}
    starts = dict.fromkeys(f"{name.partition(_JOURNAL)[0]}!" for name in sorted(names) if _JOURNAL in name)
    problem = "it is missing, so the run did not end"
    return [
        Source(f"{start}header.json", Path(start), problem=problem)
        for start in starts
        if f"{start}header.json" not in names
    ]


def _missing_shards(sources: Sequence[Source]) -> list[Source]:
    """The numbered parts of an export that are not there although later ones are: the first hundred of them."""
    numbers: dict[tuple[str, str, int], set[int]] = {}
    for source in sources:
        folder, _, name = source.name.replace("!", "/!").rpartition("/")
        if found := _SHARD.fullmatch(name.removeprefix("!")):
            numbers.setdefault((folder, source.name[: -len(found[0])], len(found[2])), set()).add(int(found[2]))
    return [
        Source(
            f"{start}conversations-{number:0{width}}.json", Path(start), problem="this part of the export is missing"
        )
        for (_, start, width), present in numbers.items()
        for number in islice((number for number in range(max(present)) if number not in present), _MAX_MISSING_SHARDS)
    ]
