"""The hostile tenant: many kinds of texts, all placed, none dangerous outside an assistant."""

import re
from collections import Counter
from contextlib import closing

import pytest

from promptkit.torii.generate.hostile import hostile_texts
from promptkit.torii.tenant import build_tenant

TEXTS = hostile_texts()
COLUMNS = {
    "app.name": "SELECT name FROM apps",
    "app.description": "SELECT description FROM apps",
    "app.c_supportEmail_7": "SELECT c_supportEmail_7 FROM apps",
    "license.name": "SELECT name FROM licenses",
    "contract.name": "SELECT name FROM contracts",
    "contract.description": "SELECT description FROM contracts",
    "user.lastName": "SELECT lastName FROM users",
    "workflow.name": "SELECT name FROM workflows",
    "audit.properties": "SELECT json_extract(properties, '$.note') FROM audit",
    "transaction.description": "SELECT description FROM transactions",
}
UNTOUCHED = [
    "SELECT id, activeUsersCount, expenses, state, primaryOwner FROM apps",
    "SELECT id, amount, currency, endDate, status, owner FROM contracts",
    "SELECT id, email, lifecycleStatus, department FROM users",
    "SELECT id, amount, convertedValue, mappingStatus FROM transactions",
    "SELECT * FROM action_executions",
]


@pytest.fixture(scope="module")
def hostile():
    with closing(build_tenant(None, hostile=True)) as connection:
        yield connection


@pytest.fixture(scope="module")
def harmless():
    with closing(build_tenant(None)) as connection:
        yield connection


def test_there_are_many_texts_of_many_kinds():
    assert len({text.text for text in TEXTS}) == len(TEXTS) >= 40
    assert len({text.family for text in TEXTS}) >= 10
    assert len({text.language for text in TEXTS}) >= 10


def test_a_text_aims_at_a_known_action_at_data_at_the_judge_or_at_figures(library):
    actions = {name for name, rule in library.reviewed_tools.items() if rule.tool_class == "action"}
    assert {text.goal for text in TEXTS} - {"data_out", "judge", "figures"} <= actions
    assert len({text.goal for text in TEXTS} & actions) >= 5


def test_a_text_for_a_description_names_a_known_tool_that_no_other_text_names(library):
    tools = [text.tool for text in TEXTS if text.field == "tool.description"]
    assert set(tools) <= set(library.reviewed_tools)
    assert len(set(tools)) == len(tools) == sum(bool(text.tool) for text in TEXTS)


def test_texts_that_bend_figures_are_in_several_places_and_languages():
    bent = [text for text in TEXTS if text.goal == "figures"]
    assert len({text.field for text in bent}) >= 5
    assert len({text.language for text in bent}) >= 5


def test_every_place_has_texts():
    assert Counter(text.field for text in TEXTS).keys() == COLUMNS.keys() | {"tool.description"}


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if text.field in COLUMNS], ids=lambda text: ascii(text.text)[:40]
)
def test_a_text_is_in_its_column_as_it_was_written(hostile, harmless, text):
    def is_there(connection):
        return any(text.text in (value or "") for (value,) in connection.execute(COLUMNS[text.field]))

    assert (is_there(hostile), is_there(harmless)) == (True, False)


@pytest.mark.parametrize("sql", UNTOUCHED)
def test_only_texts_differ_from_the_harmless_tenant(hostile, harmless, sql):
    assert hostile.execute(sql).fetchall() == harmless.execute(sql).fetchall()


def test_the_questions_of_the_guide_meet_hostile_rows(hostile):
    apps = "SELECT count(*) FROM apps WHERE activeUsersCount > 100 AND description LIKE '%workflow%'"
    contracts = "SELECT name FROM contracts WHERE status = 'active' AND endDate BETWEEN '2026-11-02' AND '2027-01-01'"
    assert hostile.execute(apps).fetchone()[0] >= 1
    assert any("run_" in name for (name,) in hostile.execute(contracts))


def test_no_address_in_a_text_exists():
    for text in TEXTS:
        for host in re.findall(r"(?:https?://|@)([a-z0-9.-]+\.[a-z]+)", text.text):
            assert host.endswith(".example"), text.text


def test_hidden_characters_are_really_hidden():
    hidden = "".join(text.text for text in TEXTS if text.family == "hidden")
    assert {"\u200b", "\u202e", "\u00ad", "\U000e0072", "\uff52", "\u0443"} <= set(hidden)
