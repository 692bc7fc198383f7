"""People out of what an audit shows."""

from promptkit.audit.audit import Call
from promptkit.audit.redact import redact
from promptkit.model import ToolClass
from promptkit.transcript import CallState, Text
from tests.reports.examples import conversation


def test_people_are_redacted():
    texts = [
        Text(
            "user", "Ask Ada Lovelace <ada@x.example> or grace.hopper@x.example. Grace Hopper knows, Ada Lovelace too."
        )
    ]
    hidden = redact(conversation(conversation="bob@x.example", reason="of a.b@c.example", texts=texts))
    assert hidden.conversation == "[e-mail]"
    assert hidden.reason == "of [e-mail]"
    assert hidden.texts[0].text == "[name] <[e-mail]> or [e-mail]. [name] knows, [name] too."


def test_people_are_redacted_in_each_field_of_a_call():
    told = Call(
        "ask ada@x.example", None, ToolClass.UNKNOWN, CallState.EXECUTED, "/ada@x.example", "by ada@x.example", "name"
    )
    assert "ada" not in str(redact(conversation(calls=[told])))


def test_arguments_do_not_leak_through_a_reason():
    hidden = redact(conversation(ground="arguments", reason="list_apps: 'Ada Lovelace' is not of type 'integer'"))
    assert hidden.reason == "The arguments of a read tool are not in the record, or do not fit what was reviewed."
