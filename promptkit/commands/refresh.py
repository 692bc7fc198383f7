"""`answer --all`: the dashboard of every view in a folder, and an index of them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from rich.progress import Progress

from promptkit.answering.view_answer import view_answer
from promptkit.answering.view_tools import COMPLETE
from promptkit.commands.answer import TEXT, AnswerOutputs, answered_by, failure, now_at, source_of
from promptkit.commands.progress import OnProgress, calls_bar, progress_bars
from promptkit.connection.address import address_of
from promptkit.connection.open_session import OpenedSession, open_session
from promptkit.dashboard.index import IndexEntry, State, build_index, is_index
from promptkit.dashboard.last_good import Answer, DashboardFile, not_ours, page_text, with_source
from promptkit.errors import PromptkitError, UsageError
from promptkit.files import named_folder, write_text
from promptkit.library.render import default_of, resolve_arguments
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Status
from promptkit.page.guide import load_groups
from promptkit.torii.names import LOCAL_SERVERS

INDEX = "index.html"


@dataclass(frozen=True)
class TenantSource:
    """Where the views are read, and for which tenant; `profile_path` is the file of the profile, None for none.

    `cache` says whether reads of the last minutes may be used again.
    """

    server: str
    profile: Profile
    profile_path: Path | None = None
    cache: bool = True

    @property
    def words(self) -> str:
        """The server, as the index names it."""
        return source_of(self.server)

    @property
    def options(self) -> list[str]:
        """The options by which a command reads the same."""
        profile = ["--profile", str(self.profile_path)] if self.profile_path else []
        return [*profile, *([] if self.server in LOCAL_SERVERS else ["--server", address_of(self.server)])]


def refresh(
    library: Library, directory: str, pairs: Sequence[str], source: TenantSource, outputs: AnswerOutputs = TEXT
) -> int:
    """Write NAME.html for every view into a folder, which is made if missing, and index.html over them.

    `pairs` and `outputs` are for one view: here they are refused.

    Returns:
        1 if a view could not be read as a whole; its last good file then stays, and says so.

    Raises:
        UsageError: they are given, or the folder is a file.
        PromptkitError: the folder has an index that is not ours, or the index cannot be written.
    """
    if given := [*(["--argument"] if pairs else []), *outputs.named]:
        message = f"--all writes the dashboards of all views with their defaults, so {given[0]} cannot be followed"
        raise UsageError.of("all-views", message, "leave it out, or name one view instead of --all")
    folder = Path(directory)
    named_folder(folder)
    index = folder / INDEX
    if (text := page_text(index)) is not None and not is_index(text):
        raise not_ours(index, "an index")
    prompts = views_of(library, source.profile)
    run = _Refresh(library, folder, source, now_at(source.profile))
    run.go(prompts)
    write_text(index, build_index(_grouped(library, prompts, run.entries), source=source.words, at=run.at))
    print(index)
    return int(any(entry.state not in {State.FRESH, State.NEEDS} for entry in run.entries.values()))


def views_of(library: Library, profile: Profile) -> list[Prompt]:
    """The views to refresh: those of the profile or else all, without drafts and deprecated ones."""
    prompts = [prompt for prompt in library.load_prompts() if prompt.status is Status.STABLE]
    return [prompt for prompt in prompts if not profile.views or prompt.name in profile.views]


def _grouped(
    library: Library, prompts: Sequence[Prompt], entries: Mapping[str, IndexEntry]
) -> dict[str, list[IndexEntry]]:
    """The entries by the label of their group, in the order of the page."""
    groups = load_groups(library)
    names = [*groups, *sorted({prompt.group for prompt in prompts} - groups.keys())]
    labels = {name: groups[name].label if name in groups else name.replace("_", " ").capitalize() for name in names}
    found = {labels[name]: [entries[one.name] for one in prompts if one.group == name] for name in names}
    return {label: members for label, members in found.items() if members}


@dataclass
class _Refresh:
    """One refresh of a folder; `entries` are the views that are done, by name."""

    library: Library
    folder: Path
    source: TenantSource
    at: str
    entries: dict[str, IndexEntry] = field(default_factory=dict)

    def go(self, prompts: Sequence[Prompt]) -> None:
        """Read all that need nothing to be filled in, and write them; what cannot be read keeps its file."""
        blanks = {prompt.name: self._blanks(prompt) for prompt in prompts}
        readable = [prompt for prompt in prompts if not blanks[prompt.name]]
        try:
            with progress_bars() as bars:
                anyio.run(self._read_each, readable, bars)
        except PromptkitError as error:
            for prompt in readable:
                if prompt.name not in self.entries:
                    self._enter(prompt, None, failure(error))
        for prompt in prompts:
            if blanks[prompt.name]:
                self.entries[prompt.name] = self._needing(prompt, blanks[prompt.name])

    def _blanks(self, prompt: Prompt) -> list[str]:
        """The arguments that somebody must fill in."""
        given = {name: default_of(name, one, self.source.profile) for name, one in prompt.arguments.items()}
        return [name for name, value in given.items() if value is None]

    async def _read_each(self, prompts: Sequence[Prompt], bars: Progress) -> None:
        async with open_session(
            self.library, self.source.server, self.source.profile, cache=self.source.cache
        ) as opened:
            for prompt in bars.track(prompts, description="views"):
                with calls_bar(bars, prompt.name) as on_progress:
                    try:
                        await self._read(prompt, opened, on_progress)
                    except PromptkitError as error:
                        self._enter(prompt, None, failure(error))

    async def _read(self, prompt: Prompt, opened: OpenedSession, on_progress: OnProgress) -> None:
        profile = self.source.profile
        values = resolve_arguments(prompt, {}, profile)
        answered = await answered_by(self.library, prompt, values, opened, profile, on_progress)
        data = with_source(view_answer(prompt, values, answered), self.source.words)
        self._enter(prompt, data, answered.gaps)

    def _enter(self, prompt: Prompt, new: Answer | None, why: str) -> None:
        """Write the view's file, or keep it, and enter it; a view that is not whole is named on stderr too."""
        file = self._file(prompt)
        try:
            file.check_replaceable()
            shown = file.refresh(new, why, self.at)
            state = State.KEPT if shown.notice else _state(shown.answer)
            entry = IndexEntry(prompt.name, prompt.title, state, shown.answer, why)
        except PromptkitError as error:
            entry = IndexEntry(prompt.name, prompt.title, State.FAILED, note=failure(error))
        if entry.note:
            print(f"{prompt.name}: {entry.note}", file=sys.stderr)
        self.entries[prompt.name] = entry

    def _needing(self, prompt: Prompt, blanks: Sequence[str]) -> IndexEntry:
        """The entry of a view that somebody must fill in, with the file of the last time that somebody did."""
        file = self._file(prompt)
        pairs = [word for name in blanks for word in ("-a", f"{name}=...")]
        words = ["promptkit", "answer", prompt.name, *pairs, *self.source.options, "--html", str(file.path)]
        note, command = ", ".join(blanks), shlex.join(words)
        return IndexEntry(prompt.name, prompt.title, State.NEEDS, file.shown().answer, note, command)

    def _file(self, prompt: Prompt) -> DashboardFile:
        return DashboardFile(self.folder / f"{prompt.name}.html", prompt.name, self.source.words)


def _state(answer: Answer | None) -> State:
    if answer is None:
        return State.FAILED
    return State.FRESH if answer["status"] == COMPLETE else State.PARTIAL
