"""`init`: asks what an admin decides once, proposes a mapping of their fields, and writes dashboard.yaml."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from anyio.from_thread import start_blocking_portal

from promptkit.commands.marks import say_allowed
from promptkit.connection.open_session import open_session
from promptkit.connection.stand_in import say_stand_in
from promptkit.errors import PromptkitError
from promptkit.files import write_text
from promptkit.library.profile import load_profile, profile_text
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile
from promptkit.onboarding.draft import Draft, open_draft
from promptkit.onboarding.given import Answers
from promptkit.onboarding.interview import Interview
from promptkit.onboarding.mapping import FieldChange
from promptkit.onboarding.tenant_fields import TenantFields
from promptkit.onboarding.wizard import Wizard

_HEADER = (
    "# What we decided about our Torii. Give it to promptkit with --profile; promptkit init says what has changed.\n"
)


def run_init(library: Library, given: Answers, *, server: str, path: Path, as_json: bool) -> int:
    """Write the profile, or say what has changed since it was written; 1 if something has and nothing was written.

    Raises:
        UsageError: part of the command line is not understood.
        PromptkitError: Torii cannot be read, an answer is missing, or the file cannot be written.
    """
    given.require_right(path, library)
    before = load_profile(path, library) if path.exists() else None
    hosts = tuple(dict.fromkeys((*(before.allowed_hosts if before else ()), *given.allowed_hosts)))
    say_allowed(server, hosts)
    draft = open_draft(server, path)
    try:
        allowing = DEFAULT_PROFILE.model_copy(update={"allowed_hosts": hosts})
        interview = Interview(draft, asks=not given.yes)
        profile, changes, is_stand_in = _interviewed(library, given, server, allowing, path, before, interview)
        if profile:
            profile = profile.model_copy(update={"stand_in": is_stand_in, "allowed_hosts": hosts})
            write_text(path, _HEADER + profile_text(profile))
            draft.delete()
    except EOFError as error:
        fix = "answer each question, or give --yes to take the usual answers; nothing was written"
        raise PromptkitError.of("no-answer", "the answers ended before the questions did", fix) from error
    finally:
        _say_kept(draft, asks=not given.yes)
    if as_json:
        written = profile and profile.model_dump(mode="json", exclude_defaults=True)
        print(json.dumps({"changes": [vars(change) for change in changes], "written": written}, indent=2))
    elif profile:
        print(path)
    if profile:
        at = "" if server == "local" else f" --server {server}"
        print(f"Next: promptkit doctor --profile {path}{at}, then every export with --profile {path}.", file=sys.stderr)
    if given.yes and is_stand_in:
        say_stand_in()  # Again, below what was taken without a question.
    return int(bool(changes) and not profile)


def _interviewed(
    library: Library,
    given: Answers,
    server: str,
    allowing: Profile,
    path: Path,
    old: Profile | None,
    interview: Interview,
) -> tuple[Profile | None, list[FieldChange], bool]:
    """What the wizard gives, and whether the data are those of the stand-in."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(open_session(library, server, allowing, cache=False)) as opened,
    ):
        fields = TenantFields(library, opened, portal)
        try:
            return *Wizard(library, given, old, fields, interview).run(path), opened.is_stand_in
        except KeyboardInterrupt as error:
            # In the loop of the portal it would be raised once more, where nobody expects it.
            stopped = error
    raise stopped


def _say_kept(draft: Draft, *, asks: bool) -> None:
    if not (asks and draft.kept):
        return
    if draft.why_not_kept:
        print(f"Your answers could not be kept: {draft.why_not_kept}.", file=sys.stderr)
    else:
        count = "1 answer is" if len(draft.kept) == 1 else f"{len(draft.kept)} answers are"
        print(f"Your {count} kept: run the same command to go on.", file=sys.stderr)
