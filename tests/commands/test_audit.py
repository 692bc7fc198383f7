"""The command `audit`: its exit code, what it prints and the files that it writes."""

import json
import os
import xml.etree.ElementTree as ElementTree

import pytest

from promptkit.commands.audit import run_audit
from promptkit.errors import UsageError
from promptkit.reports.files import ReportFiles
from tests.audit.transcripts import HEADER, call, lines, sample, write


@pytest.fixture
def run_file(tmp_path):
    told = {"type": "text", "role": "user", "text": "I am ada.lovelace@x.example"}
    return write(tmp_path / "run.jsonl", lines(HEADER, sample(call(), told)))


def test_the_command_answers_with_the_verdict(run_file, library, capsys):
    assert run_audit(library, [run_file]) == 0
    assert capsys.readouterr().out.startswith("CLEAN  1 clean. This covers 1 conversation with 1 call, and nothing")
    run_file.write_bytes(lines(HEADER, sample(call("run_workflow"))))
    assert run_audit(library, [run_file]) == 1


def test_the_command_knows_our_view_tools_as_reads(run_file, library, capsys):
    asked = call("mcp__promptkit__answer_view", arguments={"name": "renewal_calendar"})
    run_file.write_bytes(lines(HEADER, sample(asked)))
    assert run_audit(library, [run_file]) == 0
    run_file.write_bytes(lines(HEADER, sample(asked | {"arguments": {"name": "renewal_calendar", "apply": True}})))
    assert run_audit(library, [run_file]) == 1


def test_the_command_writes_every_report(run_file, library, tmp_path, capsys):
    files = ReportFiles(*(tmp_path / name for name in ("junit", "sarif", "markdown", "html")))
    assert run_audit(library, [run_file], as_json_=True, files=files) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "clean"
    assert json.loads(files.sarif.read_text())["version"] == "2.1.0"
    assert ElementTree.fromstring(files.junit.read_text()).tag == "testsuites"  # noqa: S314
    assert files.markdown.read_text().startswith("# Audit of transcripts\n\nCLEAN")
    assert "Nothing but reading is on record" in files.html.read_text()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, None),
        ({"show_text": True}, "I am [e-mail]"),
        ({"show_text": True, "show_people": True}, "I am ada.lovelace@x.example"),
    ],
)
def test_texts_and_people_are_shown_only_if_asked_for(options, text, run_file, library, capsys):
    run_audit(library, [run_file], as_json_=True, **options)
    told = json.loads(capsys.readouterr().out)["results"][0].get("texts")
    assert (told[0]["text"] if told else None) == text


ODD = "\ud800\udcff\x00\x1b[31m\u202e]]><b>|\r\n"
ODD_RUN = lines(
    HEADER,
    sample(call(f"run_workflow{ODD}"), {"type": "text", "role": "user", "text": ODD}, gaps=[ODD], case=ODD, id=ODD),
    sample(call("run_workflow"), case=ODD),
)


@pytest.mark.parametrize("name", [b"\xff.jsonl", b"\xed\xa0\x80.jsonl", "é\x1b[31m\n.jsonl".encode(), b"a|b].png"])
@pytest.mark.parametrize("raw", [ODD_RUN, b"\xff", b"PK\x03\x04\xff"])
@pytest.mark.parametrize("as_json", [True, False])
def test_no_name_and_no_text_of_a_file_ends_a_report(name, raw, as_json, library, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / os.fsdecode(name)).write_bytes(raw)
    files = ReportFiles(*(tmp_path / name for name in ("junit", "sarif", "markdown", "html")))
    assert run_audit(library, [folder], as_json_=as_json, files=files, show_text=True) == 1
    printed = capsys.readouterr()
    assert printed.out.isascii() and printed.err.isascii() and "\x1b" not in printed.out + printed.err
    for written in vars(files).values():
        assert written.read_bytes().decode()
    ElementTree.fromstring(files.junit.read_text())  # noqa: S314


@pytest.mark.parametrize("options", [{"format": "no-such"}, {"jobs": 0}])
def test_wrong_options_are_wrong_usage(options, run_file, library):
    with pytest.raises(UsageError):
        run_audit(library, [run_file], **options)


def test_another_catalogue_can_be_named(run_file, library, tmp_path):
    tools = write(tmp_path / "tools.yaml", b"list_apps: {class: action, capability: apps, source: docs}\n")
    assert run_audit(library, [run_file], tools=tools) == 1
