"""The reference for our view tools: what it asks for, and that it writes down what came and nothing else."""

import anyio
import pytest

from promptkit.agents.turns import Message, TurnError
from promptkit.agents.view_reference import MAX_TIMES_ASKED, ViewReferenceModel


def answer(prompt, **more):
    """What answer_view gives of a prompt, with one row in each table."""
    columns = {table.heading: [{"name": one.name, "type": one.type.value} for one in table.columns]
               for table in prompt.answer.tables}  # fmt: skip
    return {
        "status": "complete",
        "remarks": ["Nothing to add."],
        "tables": [{"heading": name, "columns": each, "rows": [[None] * len(each)]} for name, each in columns.items()],
        "totals": [],
        "evidence": {"Rows": "list_contracts 1 of 1 in 1 page", "As of": "2026-11-02", "Gaps": "none"},
        "stamp": "[renewal_calendar@1.2.1 395dfc99]",
        **more,
    }  # fmt: skip


class Given:
    """Gives these results, one after the other, and keeps what was asked."""

    def __init__(self, *results):
        self.results, self.calls = iter(results), []

    async def ask(self, model):
        messages = [Message("user", "What renews?")]
        while (turn := await model.turn(messages, [])).calls:
            self.calls += [(call.name, call.arguments) for call in turn.calls]
            messages.append(Message("tool", "", data=next(self.results)))
        return turn.text


@pytest.fixture
def prompt(library):
    return library.load_prompt("renewal_calendar")


def test_it_asks_once_and_writes_what_came_in_the_contracts_form(prompt):
    given = Given(answer(prompt, totals=[{"name": "contracts", "type": "integer", "value": 1}]))
    text = anyio.run(given.ask, ViewReferenceModel(prompt, {"days": "next 60 days", "rows": 25}))
    assert given.calls == [
        ("answer_view", {"name": "renewal_calendar", "arguments": {"days": "next 60 days", "rows": 25}})
    ]
    assert text.startswith(f"Nothing to add.\n\n## {prompt.answer.tables[0].heading}\n| ")
    assert "- contracts: 1\n" in text
    assert text.endswith("- Gaps: none\n\n[renewal_calendar@1.2.1 395dfc99]\n")


def test_it_reads_on_as_far_as_the_view_was_asked_for(prompt):
    first = answer(prompt)
    counted = first["tables"][0]
    counted["next"] = "c1"
    row = counted["rows"][0]
    given = Given(
        first, {"heading": "", "rows": [row], "next": "c2"}, {"heading": "", "rows": [row, row], "next": "c3"}
    )
    text = anyio.run(given.ask, ViewReferenceModel(prompt, {"rows": 3}))
    assert given.calls[1:] == [("next_rows", {"cursor": "c1"}), ("next_rows", {"cursor": "c2"})]
    shown = [line for line in text.splitlines() if line.startswith("| none |")]
    assert len(shown) == 3 + len(first["tables"]) - 1


def test_it_asks_again_while_a_view_is_still_being_read(prompt):
    given = Given(answer(prompt, status="reading"), answer(prompt))
    anyio.run(given.ask, ViewReferenceModel(prompt, {}))
    assert given.calls[0] == given.calls[1]


def test_it_does_not_ask_for_ever(prompt):
    given = Given(*[answer(prompt, status="reading")] * MAX_TIMES_ASKED)
    with pytest.raises(TurnError, match="renewal_calendar was still being read after 100 calls"):
        anyio.run(given.ask, ViewReferenceModel(prompt, {}))


def test_a_tool_that_fails_ends_the_conversation(prompt):
    with pytest.raises(TurnError, match="a view tool failed"):
        anyio.run(Given(None).ask, ViewReferenceModel(prompt, {}))
