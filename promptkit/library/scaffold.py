"""The draft of a new prompt, with its recipe and its case; and a company's own library to begin with."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptkit.errors import UsageError
from promptkit.files import make_folder, read_text, write_text
from promptkit.language import ENGLISH
from promptkit.library.store import Library
from promptkit.library.stored_prompt import StoredPrompt
from promptkit.text import legible

_STARTER = Path(__file__).parent / "starter"
_STARTS_WITH = {
    "about.md": "README.md",
    "promptkit.yml": ".github/workflows/promptkit.yml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "gitignore": ".gitignore",
}
# Other signs than a prompt's template has.
_JINJA = ImmutableSandboxedEnvironment(
    block_start_string="<%",
    block_end_string="%>",
    variable_start_string="<<",
    variable_end_string=">>",
    trim_blocks=True,
    keep_trailing_newline=True,
)


def start_library(folder: Path) -> list[Path]:
    """Write what a company's own library begins with into a new or empty folder, and return the paths.

    Raises:
        UsageError: the folder holds something.
        PromptkitError: it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(one.name != ".git" for one in folder.iterdir())):
        raise UsageError.of("folder-in-use", f"{folder} is not empty", "name a new folder, or a draft to write there")
    paths = [folder / place for place in _STARTS_WITH.values()]
    for name, path in zip(_STARTS_WITH, paths, strict=True):
        make_folder(path.parent)
        write_text(path, read_text(_STARTER / name))
    make_folder(folder / "prompts")
    return paths


def scaffold(library: Library, name: str, stored: StoredPrompt | None = None, language: str = ENGLISH) -> list[Path]:
    """Write a draft prompt in a language, its recipe and its case, and return their paths.

    They pass `check`, but for what is wrong in the text of a `stored` prompt, which the draft begins with.

    Raises:
        UsageError: the name is taken or not a name, or the library has no such language.
        PromptkitError: the library cannot be written.
    """
    library.check_writable()
    check_new_name(library, name)
    check_language(library, language)
    draft = _in_language(library, _NEW_PROMPT, language)
    texts = {
        library.prompts / f"{name}.yaml": _beginning_with(draft, stored) if stored else draft,
        library.recipes / f"{name}.yaml": _in_language(library, _NEW_RECIPE, language),
        library.evals / "cases" / f"{name}.yaml": _NEW_CASE + _filled_in(stored),
    }
    for path, text in texts.items():
        make_folder(path.parent)
        if library.base is not None:  # The schemas that editors are referred to are beside our own prompts only.
            _, _, text = text.partition("\n")
        write_text(path, text.replace("NAME", name, 1))
    return list(texts)


def _in_language(library: Library, text: str, code: str) -> str:
    words = library.languages.named(code)
    return _JINJA.from_string(text).render(said=words.said, words=words, code=code)


def _beginning_with(draft: str, stored: StoredPrompt) -> str:
    """The draft with the stored text before its own question, and an argument for each of its variables."""
    arguments = "".join(
        f"  {name}:\n    type: string\n    description: {json.dumps(f'What the stored prompt called {called}.')}\n"
        for name, called in stored.variables.items()
    )
    text = "".join(f"  {line}".rstrip() + "\n" for line in stored.text.splitlines())
    return draft.replace("arguments:\n", f"arguments:\n{arguments}").replace("template: |\n", f"template: |\n{text}\n")


def _filled_in(stored: StoredPrompt | None) -> str:
    names = stored.variables if stored else {}
    return f"    arguments: {{{', '.join(f'{name}: example' for name in names)}}}\n" if names else ""


def check_language(library: Library, code: str) -> None:
    """Do nothing if the library has a language of this code.

    Raises:
        UsageError: it has none.
    """
    if code not in (known := library.languages.files):
        fix = f"write one of {', '.join(known)}, or add languages/{legible(code)}.yaml"
        raise UsageError.of("unknown-language", f"there is no language {legible(code)}", fix)


def check_new_name(library: Library, name: str) -> None:
    """Do nothing if a prompt may be called so.

    Raises:
        UsageError: it is not a name, or the prompt, its recipe or its case is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise UsageError.of(
            "wrong-name", f"{legible(name)} is not a name", "use small letters, digits and _, such as spend_by_team"
        )
    for folder in ("prompts", "prompts/recipes", "evals/cases"):
        path = library.file(f"{folder}/{name}.yaml")
        if path.exists():
            raise UsageError.of("name-taken", f"{library.relative(path)} already exists", "choose another name")


_NEW_PROMPT = """\
# yaml-language-server: $schema=prompt.schema.json
name: NAME
version: 1.0.0
status: draft
<% if code != "en" %>
language: << code >>
<% endif %>
title: << said("Apps with many users") >>
group: portfolio
fits: {apps: 60, users: 300}
audience: << said("Who will use it") >>
description: << said("What it answers, in one sentence.") >>
questions: [<< said("as people ask for it") >>]
arguments:
  min_users:
    type: integer
    unit: << said("users") >>
    default: 100
    minimum: 0
    description: << said("Leave out apps with this many active users or fewer.") >>
reads: [list_apps]
answer:
  tables:
    - heading: Apps
      columns:
        - {name: app, key: true}
        - {name: active_users, type: integer, unit: users}
  totals:
    - {name: apps, type: integer, unit: apps}
chart: {type: bars, x: [app], y: [active_users]}
template: |
  << said("Which apps have more than {{ min_users }} active users?") >>

  << said("Read only. How to count:") >>
  - {{ to_the_end }}
  - << said("Reading is enough for up to {{ fits }}. If Torii holds more, say so under Gaps.") >>

  ## Apps
  {{ table }}
  << said("One row per app, most users first.") >>

  ## << words.headings.totals >>
  - apps: << said("the number of rows") >>

  ## << words.headings.evidence >>
  - << words.evidence_line >>
changes:
  1.0.0: << said("First release.") >>
"""

_NEW_RECIPE = """\
# yaml-language-server: $schema=../recipe.schema.json
method: << said("apps counted whose activeUsersCount is above the limit") >>
reads:
  apps:
    tool: list_apps
    arguments:
      fields: id,name,activeUsersCount
      filters: [{key: activeUsersCount, op: gt, value: ":min_users"}]
tables:
  - SELECT name, activeUsersCount FROM apps ORDER BY activeUsersCount DESC
totals:
  apps: SELECT count(*) FROM apps
"""

_NEW_CASE = """\
# yaml-language-server: $schema=../case.schema.json
prompt: NAME@1.0.0
truth:
  tables:
    - SELECT name, activeUsersCount FROM apps WHERE activeUsersCount > :min_users
  totals:
    apps: SELECT count(*) FROM apps WHERE activeUsersCount > :min_users
cases:
  - name: defaults
"""
