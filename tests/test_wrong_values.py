"""What is said of a wrong value in a YAML file: in our words, of the right thing, at its place."""

import datetime
import re
from dataclasses import replace

import pytest

from promptkit.commands.audit import run_audit
from promptkit.errors import PromptkitError
from promptkit.files import load_yaml, validate, validate_each
from promptkit.language import Language, Wording
from promptkit.library.cases import AttackFamily, CaseFile
from promptkit.library.store import Library
from promptkit.model import Host, Profile, Prompt, ReviewedTool, Scoring
from promptkit.page.assistants import Assistants
from promptkit.page.guide import Guide, ViewGroup
from promptkit.torii.generate.hostile import HostileText
from tests.sources import ROOT

# One of each key that a prompt and a profile can have.
PROMPT = """\
name: view
version: 1.0.0
status: deprecated
title: A view
group: views
audience: Admins
description: Shows apps.
formerly: [old_view]
arguments:
  days: {type: integer, description: How far., default: 3, minimum: 1, maximum: 9, unit: days, examples: [2]}
  mode: {type: choice, description: How., choices: [fast, slow]}
reads: [list_apps]
answer:
  tables:
    - {heading: Apps, columns: [{name: app, key: true}, {name: cost, type: money, unit: EUR}]}
  totals: [{name: apps, type: integer, unit: apps, per: currency}]
template: Show {{ days }}.
changes: {1.0.0: First.}
replaced_by: other_view
sunset: 2026-12-31
"""
PROFILE = """\
time_zone: Europe/Berlin
display_currency: EUR
organizational_views:
  - {label: Region, entity: app, field: region, aliases: {EMEA North: EMEA}, unassigned: Nobody,
     approved_by: Dana Reyes, approved_on: 2026-10-01, approved_groups: [EMEA], approved_coverage: 90.5}
thresholds: {days: 120}
views: [renewal_calendar]
read_only_agreement: {by: Dana Reyes, on: 2026-10-01}
"""
WRITTEN = {"view.yaml": PROMPT, "dashboard.yaml": PROFILE}
NAMED = {
    "evals/wording.yaml": Wording,
    "instructions/hosts.yaml": Host,
    "instructions/tools.yaml": ReviewedTool,
    "prompts/versions.lock": str,
    "promptkit/page/groups.yaml": ViewGroup,
    "promptkit/policy/suggest.yaml": frozenset[str],
    "promptkit/torii/hostile.yaml": list[HostileText],
}
WHOLE = {
    "dashboard.yaml": Profile,
    "evals/attacks/authority.yaml": AttackFamily,
    "evals/cases/app_dossier.yaml": CaseFile,
    "instructions/scoring.yaml": Scoring,
    "promptkit/languages/de.yaml": Language,
    "promptkit/page/assistants.yaml": Assistants,
    "promptkit/page/guide.yaml": Guide,
    "view.yaml": Prompt,
}
WRONG = [
    *(None, True, 3, -1, 1e9, "", " x", "two\nlines", "[", "Ab" * 11_000),
    *(datetime.datetime(2026, 10, 1, 9), [], [[]], {}, {"Not a name!": 3}, {"x": {}}),  # noqa: DTZ001
]
# Words of Python and pydantic. A list of values that are allowed may hold "string" or "integer", as prompts do.
FOREIGN = re.compile(
    r"\b(Input|String|Tuple|Dictionary|Value|Field|should|valid|dict|tuple|frozenset|str|int|bool|None|True|False)\b"
    r"|instance|something else|of the form|[{}^\\]|\[\["
)


def read(path, tmp_path):
    if path not in WRITTEN:
        return load_yaml(ROOT / path, path)
    (tmp_path / path).write_text(WRITTEN[path], encoding="utf-8")
    return load_yaml(tmp_path / path, path)


def problems(path, document):
    try:
        validate_each(document, NAMED[path]) if path in NAMED else validate(document, WHOLE[path])
    except PromptkitError as error:
        return error.problems
    return ()


def shortened(value):
    """The first two entries of each list, since others are of the same kind."""
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    return [shortened(inner) for inner in value[:2]] if isinstance(value, list) else value


def keys_of(value, key=()):
    """The path to each value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in entries:
        yield (*key, name)
        yield from keys_of(inner, (*key, name))


def replaced(data, key, wrong):
    """The data with something else at a path."""
    if not key:
        return wrong
    changed = data.copy()
    changed[key[0]] = replaced(data[key[0]], key[1:], wrong)
    return changed


def wrong_documents(document):
    """The document with one value replaced, for each value and each replacement, and the path to it."""
    names = list(document.data)[: 2 if document.path in NAMED else None]
    data = shortened({name: document.data[name] for name in names})
    for key in [(), *keys_of(data)]:
        yield from ((key, replace(document, data=replaced(data, key, wrong))) for wrong in WRONG)


@pytest.mark.parametrize("path", [*NAMED, *WHOLE])
def test_whatever_is_wrong_is_said_in_our_words_at_its_place(path, tmp_path):
    document = read(path, tmp_path)
    assert problems(path, document) == ()
    found = [(key, one) for key, wrong in wrong_documents(document) for one in problems(path, wrong)]
    assert len(found) > 10
    # A key may be a text of its own, which what is said of it names.
    said = [(one.message + one.fix).replace(str(key[-1]) if key else "", "") for key, one in found]
    assert [text for text in said if FOREIGN.search(text)] == []
    # Of several keys at one place, such as a list and its first item, the innermost.
    keys = {place: key for key, place in document.places.items()}
    assert [one for key, one in found if keys[one.line, one.column][: len(key)] != key] == []


TOOL = "class: read\n  capability: read\n  source: docs\n"


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("[list_apps]\n", "1:1: [wrong-value] the file is a list: it must be a mapping of names"),
        ("list_apps\n", "1:1: [wrong-value] the file is list_apps: it must be a mapping of names"),
        ("# Mine.\nlist_apps: 3\n", "2:1: [wrong-value] list_apps is 3: it must be a mapping"),
        (f"list_apps:\n  {TOOL}list_users:\n", "5:1: [wrong-value] list_users is empty: it must be a mapping"),
        (f"list_apps:\n  {TOOL}  sensitive: perhaps\n", "5:3: [wrong-value] sensitive is perhaps: it must be true"),
        (f"list_apps:\n  {TOOL}  required: [id, 7]\n", "5:18: [wrong-value] item 2 of required is 7: it must be text"),
        ("list_apps:\n  clas: read\n", "2:3: [unknown-key] clas is not a key here\n    fix: write class"),
    ],
)
def test_a_wrong_list_of_tools_is_told_by_the_audit_at_its_place(library, tmp_path, text, report):
    path = tmp_path / "tools.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PromptkitError) as caught:
        run_audit(library, [tmp_path], tools=path)
    assert f"{path}:{report}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "read_it"),
    [
        ("instructions/shared_lines.yaml", lambda library: library.lines_in("en")),
        ("prompts/versions.lock", Library.load_version_lock),
    ],
)
def test_a_list_in_place_of_names_is_told_at_its_place(copy, name, read_it):
    (copy.root / name).write_text("- one\n", encoding="utf-8")
    with pytest.raises(PromptkitError) as caught:
        read_it(copy)
    assert str(caught.value).startswith(f"{name}:1:1: [wrong-value] the file is a list: it must be a mapping of names")


@pytest.mark.parametrize(("value", "fix"), [("2026", "put it in quotes, or correct it"), ("[]", "correct the value")])
def test_what_yaml_reads_as_a_number_is_text_in_quotes(tmp_path, value, fix):
    (tmp_path / "lines.yaml").write_text(f"year: {value}\n", encoding="utf-8")
    with pytest.raises(PromptkitError) as caught:
        validate_each(load_yaml(tmp_path / "lines.yaml"), str)
    assert [one.fix for one in caught.value.problems] == [fix]
