"""The few words before a call: whose, how many, and what is taken out of them."""

import json

import pytest

from promptkit.audit.said import MAX_CHARS, Heard, Shortener
from promptkit.transcript import Text
from tests.audit.transcripts import HEADER, call, lines, sample

ACT = call("run_workflow")


def told(role, text):
    return {"type": "text", "role": role, "text": text}


def said_of(found):
    return [[tuple(text) for text in one.said] for result in found.results for one in result.calls]


def short(text, *beside, show_people=False):
    said = Text("user", text)
    (one,) = Shortener([*(Text("user", other) for other in beside), said], show_people=show_people)([said])
    return one.text


def test_a_call_has_what_the_user_and_the_assistant_said_last_before_it(audited):
    events = [told("user", "Go."), told("assistant", "I start it."), told("system", "Careful."), told("user", " ")]
    found = audited(lines(HEADER, sample(told("user", "Hello."), *events, ACT, told("assistant", "Done."))))
    assert said_of(found) == [[("user", "Go."), ("assistant", "I start it.")]]


def test_each_call_has_the_words_before_itself(audited):
    found = audited(lines(HEADER, sample(told("user", "One."), ACT, told("user", "Two."), call("delete_app"))))
    assert said_of(found) == [[("user", "One.")], [("user", "Two.")]]


def test_a_plain_read_has_no_words(audited):
    assert said_of(audited(lines(HEADER, sample(told("user", "Look."), call())))) == [[]]


def test_a_text_is_read_once_however_many_calls_follow():
    texts = [Text("user", "Go.")]
    heard = Heard(texts)
    first = heard.last()
    assert heard.last() is first
    texts.append(Text("user", "Stop."))
    assert heard.last() == (Text("user", "Stop."),)


@pytest.mark.parametrize("length", [MAX_CHARS + 1, 8_000, 8_001, 1_000_000])
def test_of_a_long_text_the_beginning_and_the_end_are_left(length):
    cut = short("Begin. " + "word " * (length // 5) + "End.")
    assert len(cut) <= MAX_CHARS
    assert cut.startswith("Begin. word") and " … " in cut and cut.endswith("word End.")


def test_a_text_of_one_endless_word_is_left_out():
    assert short("x" * 20_000).strip() == "…"


def test_what_is_said_stands_in_one_line():
    assert short(" a\n\n b\tc ") == "a b c"


def test_secrets_are_taken_out_before_anything_is_cut():
    secret = "sk-ant-api03-abcdefghijklmnop"
    for before in range(80, 130):
        cut = short(f"{'x' * before} {secret} {'y ' * 200}", show_people=True)
        assert "sk-" not in cut and "abcdef" not in cut
    assert short(f"The key is {secret}.", show_people=True) == "The key is [redacted]."


def test_people_are_hidden_unless_they_are_asked_for():
    text = "Offboard Ada Lovelace today."
    assert short(text, "From Ada Lovelace <ada@x.example>") == "Offboard [name] today."
    assert short(text, "From Ada Lovelace <ada@x.example>", show_people=True) == text


def test_the_auditor_hides_people_by_the_whole_conversation(audited):
    events = [told("assistant", "I am for ada.lovelace@x.example."), told("user", "Offboard Ada Lovelace."), ACT]
    raw = lines(HEADER, sample(*events))
    assert said_of(audited(raw))[0][-1] == ("user", "Offboard [name].")
    assert said_of(audited(raw, show_people=True))[0][-1] == ("user", "Offboard Ada Lovelace.")


def claude(kind, content, number):
    return {
        "type": kind, "sessionId": "s1", "uuid": f"u{number}", "parentUuid": f"u{number - 1}" if number else None,
        "message": {"role": kind, "content": content},
    }  # fmt: skip


def session(*, between):
    """A session in which a long talk is passed over, then an action is asked for and run."""
    content = [("user", "Hello."), *[("assistant", [{"type": "text", "text": "Well."}])] * 2_000]
    content += [("user", "Run it, please."), ("assistant", [{"type": "text", "text": "I run it."}])]
    content += [("assistant", [{"type": "text", "text": ""}])] * between
    use = {"type": "tool_use", "id": "t1", "name": "mcp__torii__run_workflow", "input": {}}
    content += [("assistant", [use]), ("user", [{"type": "tool_result", "tool_use_id": "t1", "content": "[]"}])]
    return lines(*(claude(kind, said, number) for number, (kind, said) in enumerate(content)))


def test_talk_that_was_passed_over_is_read_again_where_a_call_needs_its_words(audited):
    assert said_of(audited(session(between=0))) == [[("user", "Run it, please."), ("assistant", "I run it.")]]


def test_words_far_before_a_call_are_left_out_of_a_session_whose_talk_is_passed_over(audited):
    assert said_of(audited(session(between=100))) == [[]]


def node(parent, role, text, recipient="all"):
    content = {"content_type": "code" if recipient != "all" else "text", "parts": [text]}
    return {"parent": parent, "children": [], "message": {"author": {"role": role}, "recipient": recipient,
            "content": content, "metadata": {}}}  # fmt: skip


def test_a_call_of_chatgpt_has_the_words_of_its_own_branch(audited):
    act = json.dumps({"path": "/Torii/link_1/run_workflow", "args": {}})
    mapping = {
        "n0": node(None, "user", "Start it."),
        "n1": node("n0", "assistant", "I did not."),
        "n2": node("n1", "user", "Why not?"),
        "n3": node("n0", "assistant", act, "api_tool.call_tool"),
    }
    chat = {"conversation_id": "c1", "current_node": "n3", "mapping": mapping}
    assert said_of(audited(json.dumps([chat]).encode())) == [[("user", "Start it.")]]
