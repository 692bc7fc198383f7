"""The figures of an answer, from what its queries give."""

import sqlite3
from contextlib import closing

import pytest

from promptkit.answering.figures import figures
from promptkit.errors import PromptkitError
from promptkit.model import Answer

TABLE = {"heading": "Apps", "columns": [{"name": "app", "key": True}, {"name": "spend", "type": "money"}]}
ANSWER = Answer.model_validate({"tables": [TABLE], "totals": [{"name": "apps", "type": "integer"}]})


def counted(query, table="SELECT 'Miro', 5"):
    with closing(sqlite3.connect(":memory:")) as connection:
        return figures(connection, ANSWER, [table], {"apps": query}, {}).totals


def test_a_total_is_the_first_row():
    assert counted("SELECT 1 UNION ALL SELECT 2") == {"apps": 1}


def test_an_amount_that_still_has_its_currency_says_how_to_take_it_apart():
    with pytest.raises(PromptkitError, match="is not a money, but an amount with its currency: write NAME ->> 'value'"):
        counted("SELECT 1", """SELECT 'Miro', '{"value": 5, "currency": "USD"}'""")
