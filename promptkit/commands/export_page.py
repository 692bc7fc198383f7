"""`export page`: one HTML file that people open from a file share or any web server."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from promptkit.answering.answer import analyst_for, answer
from promptkit.answering.view_answer import view_answer
from promptkit.argument_type import written
from promptkit.connection.open_session import OpenedSession, open_session
from promptkit.files import make_folder, write_text
from promptkit.library.render import default_of, resolve_arguments
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile, Prompt
from promptkit.page.build import build_page
from promptkit.page.evidence import kept_evidence, read_evidence
from promptkit.page.views import SampleAnswer

FILE_NAME = "index.html"


def export_page(library: Library, directory: Path, *, profile: Profile, run: Path | None) -> int:
    """Write the page into a folder, which is created if missing; `run` is the record of an eval to show as evidence.

    Raises:
        PromptkitError: the library has problems, the record cannot be read, or the file cannot be written.
    """
    evidence = read_evidence(run) if run else kept_evidence(library)
    text = build_page(library, profile, samples=anyio.run(sample_answers, library, profile), evidence=evidence)
    make_folder(directory)
    write_text(directory / FILE_NAME, text)
    print(directory / FILE_NAME)
    print(f"{len(text.encode()) // 1000} KB, no network. Open it in a browser.", file=sys.stderr)
    return 0


async def sample_answers(library: Library, profile: Profile) -> dict[str, list[SampleAnswer]]:
    """The answer to each view on the local Torii, by name.

    It is filled in as the form opens, and by the first case where the form asks for something. The local Torii has its
    own departments, so those are not the profile's.
    """
    local = DEFAULT_PROFILE.model_copy(update={"thresholds": profile.thresholds})
    async with open_session(library, "local") as opened:
        return {prompt.name: [await _sample(library, prompt, opened, local)] for prompt in library.load_prompts()}


async def _sample(library: Library, prompt: Prompt, opened: OpenedSession, local: Profile) -> SampleAnswer:
    given = library.load_case_file(prompt.name).cases[0].arguments
    asked = {name: value for name, value in given.items() if default_of(name, prompt.arguments[name], local) is None}
    values = resolve_arguments(prompt, asked, local)
    analyst = analyst_for(library, prompt, library.load_recipe(prompt.name), values, opened.today, local)
    answered = await answer(opened.session, analyst)
    return SampleAnswer(view_answer(prompt, values, answered), {name: written(value) for name, value in values.items()})
