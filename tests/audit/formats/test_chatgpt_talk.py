"""Conversations of mere talk are read through a type: what it lets pass is what the reader would say of it."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptkit.audit.formats import chatgpt
from promptkit.audit.formats._chatgpt_talk import read_talk
from promptkit.audit.reader import Value
from promptkit.audit.stamps import find_stamps
from promptkit.json_strict import UnreadableError, strict_json
from promptkit.library.render import stamped
from tests.audit.spelled import spelled

PROMPT = stamped("Which contracts end soon?", "renewal_calendar", "1.2.0")
CALL = {"path": "/Torii/link_1/run_workflow", "args": {}}


def node(name, parent, child, role, text, **more):
    message = {"author": {"role": role}, "recipient": "all", "content": {"content_type": "text", "parts": [text]}}
    return {"id": name, "parent": parent, "children": [child] if child else [], "message": message | more}


CHAT = {
    "conversation_id": "c1",
    "current_node": "n3",
    "mapping": {
        "n0": {"id": "n0", "parent": None, "children": ["n1"], "message": None},
        "n1": node("n1", "n0", "n2", "system", "Be brief."),
        "n2": node("n2", "n1", "n3", "user", f"Please.\n{PROMPT}"),
        "n3": node("n3", "n2", None, "assistant", "Three contracts do."),
    },
}
LAST = CHAT["mapping"]["n3"]


def changed(**more):
    chat = copy.deepcopy(CHAT)
    chat["mapping"]["n3"]["message"] |= more
    return chat


MORE_THAN_TALK = {
    "a call": changed(recipient="api_tool.call_tool", content={"content_type": "code", "text": json.dumps(CALL)}),
    "a result": changed(author={"role": "tool", "name": "api_tool.call_tool"}),
    "a call as text": changed(content={"content_type": "text", "parts": ['\u00a0\n {"type":"mcpToolCall"}']}),
    "a role nobody knows": changed(author={"role": "robot"}),
    "no recipient": changed(recipient=None),
    "a missing node": CHAT | {"current_node": "n9"},
    "an empty node": CHAT | {"mapping": CHAT["mapping"] | {"n3": LAST | {"message": None}}},
    "no tree": {"conversation_id": "c1"},
}


def in_full(value):
    [found] = chatgpt.read([Value("/0", value)])
    return found.id, found.calls, found.gaps, find_stamps(found.texts)


def test_talk_is_read_as_the_reader_reads_it():
    found = read_talk("/0", json.dumps(CHAT).encode())
    assert (found.id, found.calls, found.gaps, find_stamps(found.texts)) == in_full(CHAT)
    assert [stamp.is_edited for stamp in find_stamps(found.texts)] == [False]


@pytest.mark.parametrize("name", MORE_THAN_TALK)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_what_is_more_than_talk_is_read_in_full_however_it_is_spelled(name, data):
    written = data.draw(spelled(MORE_THAN_TALK[name]))
    assert read_talk("/0", written.encode()) is None


@pytest.mark.parametrize(
    ("key", "hidden"),
    [
        ("recipient", '"api_tool.call_tool"'),
        ("\\u0072ecipient", '"api_tool.call_tool"'),
        ("author", '{"role":"tool"}'),
    ],
)
def test_a_key_twice_hides_no_call(key, hidden):
    written = json.dumps(CHAT)
    at = written.rindex('"author"')
    twice = f'{written[:at]}"{key}": {hidden}, {written[at:]}'.encode()
    assert read_talk("/0", twice) is None
    with pytest.raises(UnreadableError):
        strict_json(twice)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_talk_with_anything_changed_is_never_read_differently(data):
    chat = copy.deepcopy(CHAT)
    held = chat["mapping"]["n3"]["message"]
    key = data.draw(st.sampled_from(["author", "recipient", "content", "metadata", "status"]))
    odd = [None, [], {}, "x", 7, "all", {"role": "user"}, {"parts": [None, 3, {}]}, {"parts": "x"}, {"text": "{}"}]
    held[key] = data.draw(st.sampled_from(odd))
    found = read_talk("/0", data.draw(spelled(chat)).encode())
    if found:
        assert (found.id, found.calls, found.gaps, find_stamps(found.texts)) == in_full(chat)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,\n ", " : ")])
def test_an_export_is_read_alike_with_the_texts_and_without_them(separators, audited):
    border = '}, {"conversation_id": "c9", '
    tricky = changed(content={"content_type": "text", "parts": [border, border.replace(" ", "")]})
    called = MORE_THAN_TALK["a call"]
    export = json.dumps([CHAT, tricky, called, CHAT, called, tricky], separators=separators).encode()
    quick, full = (audited(export, "conversations.json", keep_texts=keep).results for keep in (False, True))
    assert [(one.ground, one.calls, one.stamps) for one in quick] == [
        (one.ground, one.calls, one.stamps) for one in full
    ]
    assert [str(one.verdict) for one in quick][2:5] == ["violation", "inconclusive", "violation"]
