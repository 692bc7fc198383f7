"""`answer`: the reference answer to a prompt, computed from read tools without a model."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio

from promptkit.answering.analyst import Answered
from promptkit.answering.answer import analyst_for, answer
from promptkit.answering.view_answer import view_answer
from promptkit.commands.progress import OnProgress, calls_bar, progress_bars
from promptkit.commands.render import filled_in
from promptkit.connection.address import address_of
from promptkit.connection.open_session import OpenedSession, open_session
from promptkit.dashboard.last_good import Answer, DashboardFile, with_source
from promptkit.errors import PromptkitError, UsageError
from promptkit.language import ENGLISH
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Scalar
from promptkit.reports.spreadsheet import answer_as_csv
from promptkit.reports.words import Spoken, spoken
from promptkit.torii.names import LOCAL_SERVERS


@dataclass(frozen=True)
class AnswerOutputs:
    """What becomes of an answer: printed as text, or as JSON or CSV instead, and written as a dashboard to `html`."""

    as_json: bool = False
    as_csv: bool = False
    html: Path | None = None

    @property
    def named(self) -> list[str]:
        """The options that ask for them."""
        given = {"--json": self.as_json, "--csv": self.as_csv, "--html": self.html}
        return [option for option, value in given.items() if value]

    def printed(self, answered: Answered, data: Answer) -> str:
        """What goes to stdout."""
        if self.as_csv:
            return answer_as_csv(data)
        return json.dumps(data, indent=2) + "\n" if self.as_json else answered.text


TEXT = AnswerOutputs()


def print_answer(
    library: Library,
    name: str,
    pairs: Sequence[str],
    *,
    server: str,
    profile: Profile,
    outputs: AnswerOutputs = TEXT,
    cache: bool = True,
) -> int:
    """Print the answer, and write its dashboard if that was asked for.

    Returns:
        1 when a read failed, with what is missing under Gaps. A last good dashboard then stays, and says so.
    """
    if outputs.as_json and outputs.as_csv:
        raise UsageError.of("json-or-csv", "--json and --csv both print the answer", "give only one of them")
    prompt = library.load_current(name)
    values = filled_in(prompt, pairs, profile)

    async def compute(on_progress: OnProgress) -> Answered:
        async with open_session(library, server, profile, cache=cache) as opened:
            return await answered_by(library, prompt, values, opened, profile, on_progress)

    try:
        with progress_bars() as bars, calls_bar(bars, prompt.name) as on_progress:
            answered = anyio.run(compute, on_progress)
    except PromptkitError as error:
        _write_dashboard(outputs.html, library, prompt, server, None, failure(error), profile)
        raise
    data, whole = (
        with_source(view_answer(prompt, values, answered, with_following=following), source_of(server))
        for following in (False, True)
    )
    sys.stdout.buffer.write(outputs.printed(answered, data).encode())
    _write_dashboard(outputs.html, library, prompt, server, whole, answered.gaps, profile)
    return int(bool(answered.gaps))


async def answered_by(
    library: Library,
    prompt: Prompt,
    values: Mapping[str, Scalar],
    opened: OpenedSession,
    profile: Profile,
    on_progress: OnProgress,
) -> Answered:
    """The answer of code to a view that is filled in, on an open session."""
    recipe = library.load_recipe(prompt.name)
    analyst = analyst_for(library, prompt, recipe, values, opened.today, profile)
    return await answer(opened.session, analyst, on_progress)


def failure(error: PromptkitError) -> str:
    """What went wrong, as a sentence on a dashboard: the first problem, without its place and its fix."""
    return error.problems[0].message


def now_at(profile: Profile) -> str:
    """The minute that it is now in the profile's time zone."""
    return f"{datetime.datetime.now(ZoneInfo(profile.time_zone)):%Y-%m-%d %H:%M} ({profile.time_zone})"


def spoken_for(library: Library, prompt: Prompt, profile: Profile) -> Spoken:
    """The language of a view's dashboard: the view's own, or where that is English the profile's."""
    return spoken(library.languages, prompt.language if prompt.language != ENGLISH else profile.language)


def source_of(server: str) -> str:
    """A server, as dashboards and indexes name it in English."""
    return "the local Torii, whose data are invented" if server in LOCAL_SERVERS else address_of(server)


def _write_dashboard(
    html: Path | None,
    library: Library,
    prompt: Prompt,
    server: str,
    data: Answer | None,
    why: str,
    profile: Profile,
) -> None:
    if html is None:
        return
    file = DashboardFile(html, prompt.name, source_of(server), spoken_for(library, prompt, profile))
    shown = file.refresh(data, why, now_at(profile))
    if shown.notice:
        print(f"{html}: {shown.notice}", file=sys.stderr)
