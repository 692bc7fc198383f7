"""`export page`: one HTML file that people open from a file share or any web server."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from promptkit.answering.answer import analyst_for, answer
from promptkit.connection.open_session import open_session
from promptkit.files import make_folder, write_text
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library
from promptkit.model import Profile
from promptkit.page.build import build_page
from promptkit.page.evidence import read_evidence
from promptkit.page.views import SampleAnswer

FILE_NAME = "index.html"


def export_page(library: Library, directory: Path, *, profile: Profile, run: Path | None) -> int:
    """Write the page into a folder, which is created if missing; `run` is the record of an eval to show as evidence.

    Raises:
        PromptkitError: the library has problems, the record cannot be read, or the file cannot be written.
    """
    evidence = read_evidence(run) if run else {}
    text = build_page(library, profile, answers=anyio.run(sample_answers, library), evidence=evidence)
    make_folder(directory)
    write_text(directory / FILE_NAME, text)
    print(directory / FILE_NAME)
    print(f"{len(text.encode()) // 1024} KiB, no network. Open it in a browser.", file=sys.stderr)
    return 0


async def sample_answers(library: Library) -> dict[str, SampleAnswer]:
    """The answer to each prompt's first case on the local Torii, by name."""
    answers = {}
    async with open_session(library, "local") as opened:
        for prompt in library.load_prompts():
            given = library.load_case_file(prompt.name).cases[0].arguments
            recipe = library.load_recipe(prompt.name)
            analyst = analyst_for(library, prompt, recipe, resolve_arguments(prompt, given), opened.today)
            answers[prompt.name] = SampleAnswer((await answer(opened.session, analyst)).text, given)
    return answers
