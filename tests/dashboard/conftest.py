"""Answers of every view on a tenant whose texts try to misuse whatever shows them, and dashboards of answers."""

from copy import deepcopy
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from promptkit.answering.answer import analyst_for, answer
from promptkit.answering.view_answer import view_answer
from promptkit.connection.open_session import open_session
from promptkit.dashboard.build import build_dashboard
from promptkit.library.render import resolve_arguments
from promptkit.reports.words import IN_ENGLISH, spoken
from tests.browsers import opening


async def every_answer(library):
    found = {}
    async with open_session(library, "local-hostile") as opened:
        for prompt in library.load_prompts():
            values = resolve_arguments(prompt, library.load_case_file(prompt.name).cases[0].arguments)
            recipe = library.load_recipe(prompt.name)
            answered = await answer(opened.session, analyst_for(library, prompt, recipe, values, opened.today))
            found[prompt.name] = view_answer(prompt, values, answered)
    return found


@pytest.fixture(scope="session")
def all_answers(library) -> dict[str, dict]:
    # In a thread: where a browser is open, this one already has a loop.
    with start_blocking_portal() as portal:
        return portal.call(every_answer, library)


@pytest.fixture
def answers(all_answers) -> dict[str, dict]:
    """Copies that a test may change."""
    return deepcopy(all_answers)


@pytest.fixture(scope="session")
def german(library):
    return spoken(library.languages, "de")


@pytest.fixture
def open_dashboard(browser, tmp_path):
    """Opens the dashboard of an answer as a file, in a new window or, several times as fast, in one that is open."""
    path = Path(tmp_path, "dashboard.html")
    with opening(browser, path) as open_:

        def open_dashboard(answer, *, notice="", page=None, usual=IN_ENGLISH, **options):
            path.write_text(build_dashboard(answer, usual, notice=notice), encoding="utf-8", newline="\n")
            if page is None:
                return open_(**options)
            page.reload()
            return page

        yield open_dashboard
