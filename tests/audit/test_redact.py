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
        "ask ada@x.example", None, ToolClass.UNKNOWN, CallState.EXECUTED, "/ada@x.example", "by ada@x.example", "name",
        (Text("user", "I am ada@x.example"),),
    )  # fmt: skip
    assert "ada" not in str(redact(conversation(calls=[told])))


def test_arguments_do_not_leak_through_a_reason():
    hidden = redact(conversation(ground="arguments", reason="list_apps: 'Ada Lovelace' is not of type 'integer'"))
    assert hidden.reason == "The arguments of a read tool are not in the record, or do not fit what was reviewed."


def shown(text, *beside):
    texts = [Text("user", one) for one in (*beside, text)]
    return redact(conversation(texts=texts)).texts[-1].text


def test_a_name_is_hidden_however_it_is_spaced_and_spelled_and_no_part_of_another_word_is():
    beside = "Ada Lovelace <ada@x.example>, Anne-Marie O'Brien <am@x.example>"
    assert shown("ADA \n LOVELACE, anne-marie  o'brien", beside) == "[name], [name]"
    assert shown("Adam Lovelace, Ada Lovelaces, Ada, Lovelace", beside) == "Adam Lovelace, Ada Lovelaces, Ada, Lovelace"


def test_the_longest_name_is_hidden_and_what_follows_it_is_not():
    beside = "Ada King Lovelace <ada@x.example> Ada King <king@x.example>"
    assert shown("Ada King Lovelace and Ada King knew Ada", beside) == "[name] and [name] knew Ada"


def test_no_name_is_left_because_there_are_many():
    names = [f"{first}{second}" for first in "abcdefghijklmnopqrst" for second in "abcdefghijklmnopqrst"]
    beside = " ".join(f"{one}.{two}@x.example" for one in names[:60] for two in names[60:120])
    assert shown(f"{names[59].upper()} {names[119]}, {names[0]} {names[60]}", beside) == "[name], [name]"
