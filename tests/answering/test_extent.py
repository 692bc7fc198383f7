"""How far the analyst reads a list: to its end, as many rows as are wanted, or back to the start of a window."""

import datetime

import pytest

from promptkit.answering.analyst import Analyst
from promptkit.answering.list_reader import Reply
from promptkit.library.recipe import Recipe
from promptkit.model import Prompt

LOG = [{"id": 9 - number, "creationTime": f"2026-01-0{9 - number}"} for number in range(9)]
ANSWER = {
    "tables": [{"heading": "Runs", "columns": [{"name": "id", "key": True}], "counted_by": "runs"}],
    "totals": [{"name": "runs"}],
}
PROMPT = Prompt.model_validate(
    {
        "name": "runs",
        "version": "1.0.0",
        "title": "Runs",
        "group": "risk",
        "audience": "IT",
        "description": "Runs.",
        "reads": ["get_action_execution_logs"],
        "arguments": {"rows": {"type": "integer", "default": 25, "description": "How many."}},
        "answer": ANSWER,
        "template": "Runs?",
        "changes": {"1.0.0": "First."},
    }
)


def answer_to(read, rows=LOG, totals=True, query="SELECT id FROM log", count="SELECT total FROM torii_total"):
    """The answer, and the sizes of the pages that were asked for, from a server that gives the rows in pages of two."""
    reads = {"log": {"tool": "get_action_execution_logs", "columns": ["id", "creationTime"], **read}}
    recipe = Recipe.model_validate({"method": "x", "reads": reads, "tables": [query], "totals": {"runs": count}})
    script = Analyst(PROMPT, recipe, {"rows": 3}, datetime.date(2026, 1, 9), "[runs@1.0.0 12345678]").script()
    sizes, replies = [], None
    try:
        while True:
            (call,) = script.send(replies).calls
            asked = call.arguments
            sizes.append(asked.get("size"))
            start, end = int(asked.get("cursor", 0)), int(asked.get("cursor", 0)) + min(asked.get("size", 2), 2)
            page = {"response": rows[start:end], "nextCursor": str(end) if end < len(rows) else None}
            replies = [Reply("", page | ({"total": len(rows)} if totals else {}))]
    except StopIteration as done:
        return done.value, sizes


def shown(answered):
    return [row[0] for row in answered.figures.tables[0]]


def test_a_list_is_read_to_its_end_and_shown_as_far_as_the_person_wants():
    answered, _ = answer_to({})
    assert (shown(answered), answered.figures.totals) == (["9", "8", "7"], {"runs": 9})
    assert "| 7 |\n\nand 6 more\n" in answered.text


def test_as_many_rows_as_are_wanted_are_enough_if_torii_counts_the_rest():
    answered, sizes = answer_to({"first": ":rows"})
    assert (shown(answered), len(sizes), answered.gaps) == (["9", "8", "7"], 2, "")
    assert "get_action_execution_logs first 3, total 9" in answered.text


def test_a_count_alone_takes_one_row():
    answered, sizes = answer_to({"first": 0})
    assert (shown(answered), sizes, answered.figures.totals) == ([], [1], {"runs": 9})
    assert "get_action_execution_logs total 9" in answered.text


def test_without_torii_s_own_count_the_rows_are_counted():
    answered, _ = answer_to({"first": ":rows"}, totals=False)
    assert (shown(answered), answered.figures.totals, answered.gaps) == (["9", "8", "7"], {"runs": 9}, "")


@pytest.mark.parametrize(("start", "pages"), [("2026-01-07", 2), ("2026-01-06", 3), ("2026-01-01", 5)])
def test_the_newest_are_read_until_the_first_row_before_the_window(start, pages):
    answered, sizes = answer_to({"newest_first": {"creationTime": start}})
    assert (shown(answered), len(sizes), answered.gaps) == (["9", "8", "7"], pages, "")


def test_a_list_in_another_order_is_read_to_its_end():
    answered, sizes = answer_to({"newest_first": {"creationTime": "2026-01-08"}}, rows=LOG[::-1])
    assert (len(sizes), answered.gaps) == (5, "")
