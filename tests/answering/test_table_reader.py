"""A table of several lists: read several at once, kept in order, left after a failure."""

import sqlite3
from contextlib import closing

import pytest

from promptkit.answering.list_reader import Reply
from promptkit.answering.query import make_totals
from promptkit.answering.table_reader import MAX_LISTS_AT_ONCE, TableReader
from promptkit.language import english
from promptkit.library.recipe import Extent, Read
from promptkit.model import OrganizationalView

READ = Read.model_validate({"tool": "list_application_users", "arguments": {"fields": "idUser"}})
BY_TEAM = OrganizationalView(label="Team", entity="user", field="team")


@pytest.fixture
def connection():
    with closing(sqlite3.connect(":memory:")) as made:
        make_totals(made)
        yield made


def read(connection, server, count, read=READ, view=None):
    """Read a list for each of `count` keys from `server`, which answers a call's arguments; the reader and batches."""
    keys = [{"idApp": number} for number in range(count)] if count else [{}]
    reader = TableReader(connection, "t", read, read.arguments, keys, Extent(), view)
    batches, script, replies = [], reader.batches(), None
    try:
        while True:
            batches.append(script.send(replies))
            replies = [Reply("away", server(call.arguments)) for call in batches[-1].calls]
    except StopIteration:
        return reader, batches


def two_pages(arguments):
    """Two users of each app, those of even apps in pages of one."""
    app = arguments["idApp"]
    users = [{"idUser": 10 * app}, {"idUser": 10 * app + 1}]
    if app % 2:
        return {"users": users, "total": 2}
    return (
        {"users": users[1:], "total": 2}
        if "cursor" in arguments
        else {"users": users[:1], "total": 2, "nextCursor": "b"}
    )


def rows(connection):
    return connection.execute("SELECT idApp, idUser FROM t").fetchall()


def test_lists_are_read_a_few_at_a_time_and_their_rows_stand_in_order(connection):
    reader, batches = read(connection, two_pages, 40)
    assert rows(connection) == [(app, 10 * app + number) for app in range(40) for number in range(2)]
    assert max(len(batch.calls) for batch in batches) == MAX_LISTS_AT_ONCE
    assert batches[0].waiting == 40 - MAX_LISTS_AT_ONCE
    assert batches[-1].waiting == 0
    assert reader.covered.told(english().says) == "list_application_users 80 of 80 in 60 pages"


def test_lists_after_one_that_fails_are_left_and_those_before_it_are_read(connection):
    reader, batches = read(connection, lambda asked: None if asked["idApp"] == 3 else two_pages(asked), 40)
    assert rows(connection) == [(app, 10 * app + number) for app in range(3) for number in range(2)]
    assert reader.covered.gap == "list_application_users could not be read: away"
    assert (len(batches), reader.is_unread) == (2, False)


def test_a_table_of_which_nothing_came_is_unread_and_has_its_columns(connection):
    reader, _ = read(connection, lambda _: None, 5)
    assert reader.is_unread
    assert [row[1] for row in connection.execute("PRAGMA table_info(t)")] == ["idUser"]


def test_rows_that_no_table_can_hold_are_a_gap_and_none_is_kept(connection):
    reader, _ = read(
        connection, lambda asked: {"users": [{"idUser": 10**30}] if asked["idApp"] else [{"idUser": 1}]}, 2
    )
    assert reader.is_unread
    assert "gave rows that cannot be kept" in reader.covered.gap
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_key_that_only_later_rows_have_becomes_a_column(connection):
    pages = {None: {"users": [{"idUser": 1}], "nextCursor": "b"}, "b": {"users": [{"idUser": 2, "role": ["admin"]}]}}
    read(connection, lambda asked: pages[asked.get("cursor")], 0)
    assert connection.execute("SELECT idUser, role FROM t").fetchall() == [(1, None), (2, '["admin"]')]


def test_slices_are_those_of_all_pages_together(connection):
    users = Read.model_validate({"tool": "list_users", "entity": "user", "arguments": {"fields": "id"}})
    pages = {
        None: {"users": [{"id": 1, "team": "ops"}], "nextCursor": "b"},
        "b": {"users": [{"id": 2, "team": "Ops"}, {"id": 3, "team": "Ops"}, {"id": 4, "team": None}]},
    }
    read(connection, lambda asked: pages[asked.get("cursor")], 0, users, BY_TEAM)
    slices = [row[0] for row in connection.execute("SELECT slice FROM t ORDER BY id")]
    assert slices == ["Ops", "Ops", "Ops", "Unassigned"]


def test_the_column_of_slices_is_empty_by_a_view_of_something_else(connection):
    apps = Read.model_validate({"tool": "list_apps", "entity": "app", "arguments": {"fields": "id"}})
    read(connection, lambda _: {"apps": [{"id": 1, "slice": "from the server"}]}, 0, apps, BY_TEAM)
    assert connection.execute("SELECT id, slice FROM t").fetchall() == [(1, None)]
