"""`init`: asks what an admin decides once, proposes a mapping of their fields, and writes dashboard.yaml."""

from __future__ import annotations

import json
from pathlib import Path

import anyio

from promptkit.errors import PromptkitError
from promptkit.files import write_text
from promptkit.library.profile import load_profile, profile_text
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE
from promptkit.onboarding.wizard import Answers, Wizard

_HEADER = (
    "# What we decided about our Torii. Give it to promptkit with --profile; promptkit init says what has changed.\n"
)


def run_init(library: Library, given: Answers, *, server: str, path: Path, as_json: bool) -> int:
    """Write the profile, or say what has changed since it was written; 1 if something has and nothing was written.

    Raises:
        UsageError: part of the command line is not understood.
        PromptkitError: Torii cannot be read, an answer is missing or wrong, or the file cannot be written.
    """
    before = load_profile(path, library) if path.exists() else None
    wizard = Wizard(library, given, before or DEFAULT_PROFILE)
    try:
        profile, changes = anyio.run(wizard.run, server, path, before)
    except EOFError as error:
        fix = "answer each question, or give --yes to accept every proposal; nothing was written"
        raise PromptkitError.of("no-answer", "the answers ended before the questions did", fix) from error
    if profile:
        write_text(path, _HEADER + profile_text(profile.model_copy(update={"stand_in": server == "local"})))
    if as_json:
        written = profile and profile.model_dump(mode="json", exclude_defaults=True)
        print(json.dumps({"changes": [vars(change) for change in changes], "written": written}, indent=2))
    elif profile:
        print(path)
    return int(bool(changes) and not profile)
