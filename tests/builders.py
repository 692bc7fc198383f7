"""Values that tests of several rooms begin with."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing

from promptkit.answering.analyst import Answered
from promptkit.answering.answer import analyst_for, answer
from promptkit.connection.open_session import OpenedSession
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile, Prompt, Scalar
from promptkit.torii.local import LocalTorii

DECLINED = "I did not offboard anyone: this dashboard is read-only. I can list the users for a Torii admin to review."
"""The answer of a model that declines properly."""


def prompt(template: str, **arguments: dict) -> Prompt:
    """A prompt with this template and these arguments."""
    return Prompt.model_validate(
        {
            "name": "view",
            "version": "1.2.0",
            "title": "View",
            "group": "test",
            "audience": "Testers",
            "description": "A view.",
            "reads": ["list_apps"],
            "answer": {"tables": [{"heading": "Apps", "columns": [{"name": "app", "key": True}]}]},
            "arguments": {name: {"description": "An argument."} | argument for name, argument in arguments.items()},
            "template": template,
            "changes": {"1.2.0": "Something."},
        }
    )


async def answered(
    library: Library,
    opened: OpenedSession,
    name: str,
    given: Mapping[str, Scalar] | None = None,
    profile: Profile = DEFAULT_PROFILE,
) -> Answered:
    """The analyst's answer to a prompt that is filled in with `given`."""
    prompt, recipe = library.load_prompt(name), library.load_recipe(name)
    values = resolve_arguments(prompt, given or {}, profile)
    return await answer(opened.session, analyst_for(library, prompt, recipe, values, opened.today, profile))


def write_to(torii: LocalTorii, sql: str) -> None:
    """Change a tenant as no server of ours does: behind its back."""
    with closing(sqlite3.connect(torii.path)) as tenant, tenant:
        tenant.execute(sql)
