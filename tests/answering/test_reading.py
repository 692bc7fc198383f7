"""The tables of a recipe: which are read at the same time, and what becomes of those that depend on a failed one."""

import sqlite3
from contextlib import closing

import pytest

from promptkit.answering.list_reader import Reply
from promptkit.answering.offer import Offer
from promptkit.answering.query import make_totals
from promptkit.answering.reading import RecipeReader
from promptkit.library.recipe import Recipe
from tests.answering.offered import Offered, reviewed

RECIPE = Recipe.model_validate(
    {
        "method": "x",
        "reads": {
            "apps": {"tool": "list_apps", "arguments": {"fields": "id"}},
            "contracts": {"tool": "list_contracts", "arguments": {"fields": "id"}},
            "app_users": {
                "tool": "list_application_users",
                "each": "SELECT id AS idApp FROM apps",
                "arguments": {"fields": "idUser"},
            },
            "people": {
                "tool": "list_users",
                "each": "SELECT group_concat(idUser) AS idUsers FROM app_users HAVING count(*)",
                "arguments": {"fields": "id"},
            },
        },
        "tables": ["SELECT id FROM apps"],
    }
)
ROWS = {
    "list_apps": [{"id": 1}, {"id": 2}],
    "list_contracts": [{"id": 7}],
    "list_application_users": [{"idUser": 5}],
    "list_users": [{"id": 5}],
}


@pytest.fixture
def connection():
    with closing(sqlite3.connect(":memory:")) as made:
        make_totals(made)
        yield made


def read(connection, recipe=RECIPE, offer=None, failing=(), age=0.0):
    """Read a recipe, in which the tools `failing` fail; the reader, and the tools of each batch."""
    reader = RecipeReader(connection, recipe, {}, None, offer)
    batches, script, replies = [], reader.batches(), None
    try:
        while True:
            calls = script.send(replies).calls
            batches.append([call.name for call in calls])
            replies = [Reply("no", None if name in failing else {"rows": ROWS[name]}, age) for name in batches[-1]]
    except StopIteration:
        return reader, batches


def without(tool):
    return Offer(Offered([reviewed(name) for name in ROWS if name != tool]))


def test_reads_wait_only_for_the_tables_that_their_queries_name(connection):
    _, batches = read(connection)
    assert batches == [
        ["list_apps", "list_contracts"],
        ["list_application_users", "list_application_users"],
        ["list_users"],
    ]


def test_a_query_over_torii_s_totals_waits_for_every_earlier_read(connection):
    reads = {
        "a": {"tool": "list_apps"},
        "b": {"tool": "list_contracts"},
        "c": {"tool": "list_users", "each": "SELECT total AS size FROM torii_total WHERE read = 'a'"},
    }
    recipe = Recipe.model_validate({"method": "x", "reads": reads, "tables": ["SELECT id FROM a"]})
    assert read(connection, recipe)[1] == [["list_apps", "list_contracts"], ["list_users"]]


def test_a_tool_that_is_not_offered_is_not_asked_and_all_that_depends_on_it_is_unread(connection):
    reader, batches = read(connection, offer=without("list_apps"))
    assert batches == [["list_contracts"]]
    assert reader.unread == {"apps", "app_users", "people"}
    assert [lack.tool for lack in reader.lacks] == ["list_apps"]
    assert [covered.tool for covered in reader.coverage] == ["list_contracts"]


def test_a_read_that_makes_no_calls_lacks_nothing(connection):
    reads = {"apps": {"tool": "list_apps"}, "none": {"tool": "list_users", "each": "SELECT 1 AS size WHERE false"}}
    recipe = Recipe.model_validate({"method": "x", "reads": reads, "tables": ["SELECT id FROM apps"]})
    reader, _ = read(connection, recipe, without("list_users"))
    assert (reader.lacks, reader.unread, reader.hollow) == ([], set(), set())


def test_lists_for_rows_of_a_table_that_could_not_be_read_are_unread_too(connection):
    reader, batches = read(connection, failing=["list_application_users"])
    assert batches[1:] == [["list_application_users", "list_application_users"]]
    assert reader.unread == {"app_users", "people"}
    assert reader.hollow == {"app_users", "people", "torii_total"}


def test_the_age_of_the_oldest_reply_is_kept(connection):
    assert read(connection, age=400.0)[0].oldest_seconds == 400.0
