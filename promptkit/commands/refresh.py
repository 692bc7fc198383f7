"""`answer --all`, and `answer` of a pack: the dashboards of several views in a folder, and an index of them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from rich.progress import Progress

from promptkit.answering.view_answer import view_answer
from promptkit.answering.view_tools import COMPLETE
from promptkit.commands.answer import TEXT, AnswerOutputs, answered_by, failure, now_at, source_of, spoken_for
from promptkit.commands.progress import OnProgress, calls_bar, progress_bars
from promptkit.commands.render import parse_pairs
from promptkit.connection.address import address_of
from promptkit.connection.open_session import OpenedSession, open_session
from promptkit.dashboard.index import INDEX, IndexEntry, State, build_index, is_index
from promptkit.dashboard.last_good import Answer, DashboardFile, not_ours, page_text, with_source
from promptkit.errors import PromptkitError, UsageError
from promptkit.files import named_folder, write_text
from promptkit.library.profile import today_at
from promptkit.library.render import default_of, resolve_arguments
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Scalar, Status
from promptkit.page.guide import load_groups
from promptkit.reports.words import spoken
from promptkit.text import legible
from promptkit.torii.names import LOCAL_SERVERS


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
    prompts = views_of(library, source.profile)
    run = _Refresh(library, Path(directory), source, now_at(source.profile))
    return run.write(prompts, lambda: _grouped(library, prompts, run.entries))


def is_pack(library: Library, name: str) -> bool:
    """Whether a pack has this name, and no prompt has."""
    packs = {path.stem for path in library.files("prompts/packs/*.yaml")}
    return name in packs and name not in library.prompt_names()


def answer_pack(library: Library, name: str, pairs: Sequence[str], source: TenantSource, outputs: AnswerOutputs) -> int:
    """Write NAME.html for each view of a pack into the folder `outputs.html`, and index.html over them, in order.

    Each of `pairs` is for the views that have this argument.

    Returns:
        1 if a view could not be read as a whole, or waits for an argument.

    Raises:
        UsageError: another output is asked for, or a pair is for none of the views.
        PromptkitError: the folder has an index that is not ours, or the index cannot be written.
    """
    if outputs.html is None or outputs.as_json or outputs.as_csv:
        message = f"{name} is a pack, and each of its views gets a dashboard"
        raise UsageError.of("pack-folder", message, f"write promptkit answer {name} --html FOLDER, or name one view")
    pack = library.load_packs()[name]
    prompts = [library.load_prompt(view) for view in pack.views]
    known = sorted({argument for prompt in prompts for argument in prompt.arguments})
    for pair in pairs:
        if (argument := pair.partition("=")[0]) not in known:
            message = f"no view of {name} has the argument {legible(argument)}"
            raise UsageError.of("pack-argument", message, f"give some of {', '.join(known)}")
    run = _Refresh(library, outputs.html, source, now_at(source.profile), pairs)
    code = run.write(prompts, lambda: {pack.title: [run.entries[prompt.name] for prompt in prompts]})
    return int(code or any(entry.state is State.NEEDS for entry in run.entries.values()))


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
    """One refresh of a folder; `entries` are the views that are done, by name.

    Each of `pairs` fills in one argument of the views that have it.
    """

    library: Library
    folder: Path
    source: TenantSource
    at: str
    pairs: Sequence[str] = ()
    entries: dict[str, IndexEntry] = field(default_factory=dict)

    def write(self, prompts: Sequence[Prompt], grouped: Callable[[], Mapping[str, Sequence[IndexEntry]]]) -> int:
        """Write the dashboards, and the index with the entries as `grouped` then; 1 if a view is not whole."""
        named_folder(self.folder)
        index = self.folder / INDEX
        if (text := page_text(index)) is not None and not is_index(text):
            raise not_ours(index, "an index")
        self.go(prompts)
        language = spoken(self.library.languages, self.source.profile.language)
        write_text(index, build_index(grouped(), source=self.source.words, at=self.at, spoken=language))
        print(index)
        return int(any(entry.state not in {State.FRESH, State.NEEDS} for entry in self.entries.values()))

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
        usual = {name: default_of(name, one, self.source.profile) for name, one in prompt.arguments.items()}
        return [name for name, value in usual.items() if value is None and name not in self._given(prompt)]

    def _given(self, prompt: Prompt) -> dict[str, Scalar]:
        pairs = [pair for pair in self.pairs if pair.partition("=")[0] in prompt.arguments]
        return parse_pairs(prompt, pairs, today_at(self.source.profile))

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
        values = resolve_arguments(prompt, self._given(prompt), profile)
        answered = await answered_by(self.library, prompt, values, opened, profile, on_progress)
        data = with_source(view_answer(prompt, values, answered, with_following=True), self.source.words)
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
        language = spoken_for(self.library, prompt, self.source.profile)
        path = self.folder / f"{prompt.name}.html"
        return DashboardFile(path, prompt.name, self.source.words, language, has_index=True)


def _state(answer: Answer | None) -> State:
    if answer is None:
        return State.FAILED
    return State.FRESH if answer["status"] == COMPLETE else State.PARTIAL
