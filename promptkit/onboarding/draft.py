"""The answers that somebody gave so far, kept until the file is written: nobody answers twice after an interruption."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
import typer

from promptkit.errors import PromptkitError
from promptkit.files import make_folder, read_text, write_text


class DraftAnswer(NamedTuple):
    """What was answered to a question; `seen` stands for what was shown with it.

    If it is `passing`, it is good for this interview alone.
    """

    question: str
    seen: str
    answer: str
    passing: bool = False


class Draft:
    """The answers about one file, in order, in a file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.why_not_kept = ""
        """Why the answers could not be kept; empty if they were."""
        self.answers = _load(path)

    @property
    def kept(self) -> list[DraftAnswer]:
        """The answers that are good for the next interview as well."""
        return [one for one in self.answers if not one.passing]

    def save(self) -> None:
        """Keep the answers as they are now. What cannot be kept is no reason to stop asking."""
        try:
            make_folder(self._path.parent, 0o700)
            write_text(self._path, msgspec.json.encode(self.kept).decode(), is_private=True)
        except PromptkitError as error:
            self.why_not_kept = error.problems[0].message

    def delete(self) -> None:
        """Forget the answers, which are no longer needed."""
        self.answers = []
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def open_draft(server: str, path: Path) -> Draft:
    """The answers about a file, for the tenant of one server: another tenant's are not used for it."""
    name = hashlib.sha256(f"{server}\n{path.absolute()}".encode()).hexdigest()[:32]
    return Draft(Path(typer.get_app_dir("promptkit"), "drafts", f"{name}.json"))


def _load(path: Path) -> list[DraftAnswer]:
    with suppress(PromptkitError, msgspec.MsgspecError, UnicodeError):
        return msgspec.json.decode(read_text(path), type=list[DraftAnswer])
    return []
