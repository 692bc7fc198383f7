"""Files made to do harm, given to every reader; and what people pasted, found again in the files of four hosts."""

import json

import pytest

from promptkit.audit.detect import readers
from promptkit.commands.audit import run_audit
from promptkit.library.render import stamped
from promptkit.policy.verdict import Verdict
from tests.audit.transcripts import FAILED, lines, write

DEEP = b"[" * 100_000
HOSTILE = {
    "no JSON": b"hello\n",
    "NUL bytes": b'{"type":"user","x":"\x00"}\n' + b"\x00" * 1000,
    "no UTF-8": b'{"type":"user","x":"\xff\xfe"}\n{"type":"user"}\n',
    "control characters": b'{"type":"\\u001b[31m\\u202e\\u0007"}\n{"kind":"\\u0000"}\n',
    "a deep line": b'{"a":1}\n{"message":' + DEEP + b"\n",
    "a deep element": b'[{"a":1},{"mapping":' + DEEP,
    "a deep document": b'{\n"messages":\n' + DEEP,
    "a key twice": b'{"type":"user","type":"user"}\n{"a":1}\n',
    "a number without end": b'[{"create_time":' + b"1" * 100_000 + b"}]",
    "nothing but lists": b"[[],[[]],[[[]]]]",
}
PROMPT = stamped("Which contracts end soon?", "renewal_calendar", "1.2.0")


@pytest.mark.parametrize("harm", HOSTILE)
@pytest.mark.parametrize("name", readers())
def test_no_reader_fails_at_a_file_made_to_do_harm(name, harm, audited):
    found = audited(HOSTILE[harm], format=name)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert not [result.reason for result in found.results if FAILED.search(result.reason)]


def chatgpt(text):
    message = {"author": {"role": "user"}, "recipient": "all", "content": {"content_type": "text", "parts": [text]}}
    return [{"conversation_id": "c", "mapping": {"n": {"parent": None, "children": [], "message": message}}}]


def claude_ai(text):
    content = [{"type": "text", "text": text}]
    return [{"uuid": "c", "chat_messages": [{"uuid": "m", "sender": "human", "content": content}]}]


def claude_code(text):
    return {"type": "user", "uuid": "u", "sessionId": "s", "message": {"role": "user", "content": text}}


def openai_responses(text):
    output = [{"type": "message", "role": "assistant", "content": []}]
    return {"id": "r", "object": "response", "status": "completed", "input": text, "output": output}


@pytest.mark.parametrize("host", [chatgpt, claude_ai, claude_code, openai_responses])
@pytest.mark.parametrize(("was", "becomes", "is_edited"), [("soon", "soon", False), ("soon", "this year", True)])
def test_the_command_tells_which_prompt_a_chat_carried(host, was, becomes, is_edited, tmp_path, library, capsys):
    path = write(tmp_path / "file.json", lines(host(PROMPT.replace(was, becomes))))
    assert run_audit(library, [path], as_json_=True) == 1
    [result] = json.loads(capsys.readouterr().out)["results"]
    assert result["format"] == host.__name__.replace("_", "-")
    assert [(stamp["reference"], stamp["edited"]) for stamp in result["stamps"]] == [
        ("renewal_calendar@1.2.0", is_edited)
    ]
