import json
import xml.etree.ElementTree as ElementTree

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from promptkit.audit.audit import Audit, Call, Result
from promptkit.audit.exchange import as_junit, as_sarif
from promptkit.audit.redact import redact
from promptkit.audit.report import as_json, as_markdown, print_table
from promptkit.audit.stamps import Stamp
from promptkit.commands.audit import run_audit
from promptkit.errors import UsageError
from promptkit.model import ToolClass
from promptkit.policy.verdict import Verdict
from promptkit.transcript import CallState, Text
from tests.audit.conftest import HEADER, call, lines, sample, write

HOSTILE = "\x1b[31m<script>|\x00[x](javascript:a)![i](https://e.vil)\u202e]]>\r\n`=cmd"
READ = Call("list_apps", "list_apps", ToolClass.READ, CallState.EXECUTED, "line 1", None, "read-tool")
ACT = Call(
    "x.run_workflow", "run_workflow", ToolClass.ACTION, CallState.EXECUTED, "line 7", "2026-11-02", "action-tool"
)

TOLD = "x.run_workflow (run_workflow): executed, action tool, at line 7 on 2026-11-02 [action-tool]"


def result(verdict=Verdict.VIOLATION, **changes):
    given = {
        "path": "a b.jsonl",
        "format": "mcp-wire",
        "conversation": "c1",
        "verdict": verdict,
        "ground": "action-tool",
        "reason": "run_workflow changes data.",
        "stamps": [Stamp("renewal_calendar@1.2.0", "3f9a2c1b", is_edited=True)],
        "calls": [READ, ACT],
    }
    return Result(**(given | changes))


CLEAN = result(Verdict.CLEAN, path="b.jsonl", ground="read-tool", reason="", stamps=[], calls=[READ])
AUDIT = Audit([result(), CLEAN])


def test_json_has_the_shape_of_the_design():
    assert json.loads(json.dumps(as_json(AUDIT))) == {
        "verdict": "violation",
        "summary": {"clean": 1, "attempted": 0, "inconclusive": 0, "violation": 1},
        "results": [
            {
                "path": "a b.jsonl",
                "format": "mcp-wire",
                "conversation": "c1",
                "verdict": "violation",
                "rule": "action-tool",
                "reason": "run_workflow changes data.",
                "stamps": [{"reference": "renewal_calendar@1.2.0", "digest": "3f9a2c1b", "edited": True}],
                "calls": [
                    {
                        "name": "list_apps",
                        "tool": "list_apps",
                        "class": "read",
                        "state": "executed",
                        "location": "line 1",
                        "rule": "read-tool",
                    },
                    {
                        "name": "x.run_workflow",
                        "tool": "run_workflow",
                        "class": "action",
                        "state": "executed",
                        "location": "line 7",
                        "time": "2026-11-02",
                        "rule": "action-tool",
                    },
                ],
            },
            {
                "path": "b.jsonl",
                "format": "mcp-wire",
                "conversation": "c1",
                "verdict": "clean",
                "rule": "read-tool",
                "reason": "",
                "stamps": [],
                "calls": [
                    {
                        "name": "list_apps",
                        "tool": "list_apps",
                        "class": "read",
                        "state": "executed",
                        "location": "line 1",
                        "rule": "read-tool",
                    }
                ],
            },
        ],
    }


def test_sarif_points_at_the_line_of_each_finding():
    run = as_sarif(AUDIT)["runs"][0]
    assert run["results"] == [
        {
            "ruleId": "action-tool",
            "level": "error",
            "message": {"text": f"{TOLD} in c1"},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": "a%20b.jsonl"}, "region": {"startLine": 7}},
                    "logicalLocations": [{"fullyQualifiedName": "line 7"}],
                }
            ],
        }
    ]
    assert run["properties"] == {
        "verdict": "violation",
        "summary": {"clean": 1, "attempted": 0, "inconclusive": 0, "violation": 1},
        "findings": 1,
    }


def test_sarif_tells_of_a_file_that_cannot_be_read():
    gap = result(Verdict.INCONCLUSIVE, ground="gap", reason="it is cut off", calls=[], conversation="")
    finding = as_sarif(Audit([gap]))["runs"][0]["results"][0]
    assert (finding["ruleId"], finding["level"], finding["message"]["text"]) == ("gap", "warning", "it is cut off")


def test_junit_has_a_case_for_each_conversation():
    gap = result(Verdict.INCONCLUSIVE, path="c.jsonl", ground="gap", reason="it is cut off", calls=[], conversation="")
    assert as_junit(Audit([result(), CLEAN, gap])) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="promptkit audit">'
        '<testsuite name="a b.jsonl" tests="1" failures="1" errors="0">'
        '<testcase classname="a b.jsonl" name="c1">'
        '<failure type="violation.action-tool" message="run_workflow changes data.">'
        f"{TOLD}</failure></testcase></testsuite>"
        '<testsuite name="b.jsonl" tests="1" failures="0" errors="0">'
        '<testcase classname="b.jsonl" name="c1" /></testsuite>'
        '<testsuite name="c.jsonl" tests="1" failures="0" errors="1">'
        '<testcase classname="c.jsonl" name="the whole file">'
        '<error type="inconclusive.gap" message="it is cut off" /></testcase></testsuite>'
        "</testsuites>\n"
    )


def hostile_audit():
    act = Call(HOSTILE, None, ToolClass.UNKNOWN, CallState.EXECUTED, HOSTILE, HOSTILE, "name")
    return Audit(
        [result(path=HOSTILE, conversation=HOSTILE, reason=HOSTILE, calls=[act], texts=[Text("user", HOSTILE)])]
    )


def test_the_terminal_gets_no_control_characters():
    console = Console(width=200, force_terminal=False)
    with console.capture() as printed:
        print_table(hostile_audit(), console)
    assert [char for char in printed.get() if not char.isprintable() and char != "\n"] == []


def test_markup_of_the_table_is_not_markup_of_the_transcript():
    console = Console(width=200)
    with console.capture() as printed:
        print_table(Audit([result(reason="[bold]x[/bold]")]), console)
    assert "[bold]x[/bold]" in printed.get()


def test_markdown_has_no_link_image_or_html_of_the_transcript():
    page = as_markdown(hostile_audit())
    html = MarkdownIt("commonmark").enable("table").render(page)
    assert not any(tag in html for tag in ("<a ", "<img", "<script"))
    assert html.count("<tr>") == 2


def test_junit_of_hostile_text_can_be_read():
    suite = ElementTree.fromstring(as_junit(hostile_audit()))[0]  # noqa: S314
    assert suite[0][0].get("type") == "violation.action-tool"


def test_sarif_and_json_of_hostile_text_are_plain_ascii():
    for told in (as_sarif(hostile_audit()), as_json(hostile_audit())):
        assert json.dumps(told).isascii()


def test_people_are_redacted():
    texts = [
        Text(
            "user", "Ask Ada Lovelace <ada@x.example> or grace.hopper@x.example. Grace Hopper knows, Ada Lovelace too."
        )
    ]
    hidden = redact(result(conversation="bob@x.example", reason="of a.b@c.example", texts=texts))
    assert hidden.conversation == "[e-mail]"
    assert hidden.reason == "of [e-mail]"
    assert hidden.texts[0].text == "[name] <[e-mail]> or [e-mail]. [name] knows, [name] too."


def test_people_are_redacted_in_each_field_of_a_call():
    told = Call(
        "ask ada@x.example", None, ToolClass.UNKNOWN, CallState.EXECUTED, "/ada@x.example", "by ada@x.example", "name"
    )
    assert "ada" not in str(redact(result(calls=[told])))


@pytest.fixture
def shown():
    """What a person reads: the table and the Markdown page, without its escapes."""
    console = Console(width=400)
    unread = result(Verdict.INCONCLUSIVE, path="c.jsonl", ground="gap", reason="it is empty", calls=[], conversation="")
    found = Audit([result(calls=[READ, *[ACT] * 7]), CLEAN, unread])
    with console.capture() as printed:
        print_table(found, console)
    return [printed.get(), as_markdown(found).replace("\\", "")]


@pytest.mark.parametrize(
    "fact",
    [
        "a b.jsonl",
        "c1",
        "renewal_calendar@1.2.0, edited",
        TOLD,
        "and 2 more calls",
        "1 clean, 1 inconclusive, 1 violation. 1 file could not be read in full. This",
        "covers 2 conversations with 9 calls, and nothing beyond them.",
    ],
)
def test_a_person_reads_each_fact_in_the_table_and_in_markdown(fact, shown):
    assert [fact in page for page in shown] == [True, True]


def test_arguments_do_not_leak_through_a_reason():
    hidden = redact(result(ground="arguments", reason="list_apps: 'Ada Lovelace' is not of type 'integer'"))
    assert hidden.reason == "The arguments of a read tool are not in the record, or do not fit what was reviewed."


@pytest.fixture
def run_file(tmp_path):
    told = {"type": "text", "role": "user", "text": "I am ada.lovelace@x.example"}
    return write(tmp_path / "run.jsonl", lines(HEADER, sample(call(), told)))


def test_the_command_answers_with_the_verdict(run_file, library, capsys):
    assert run_audit(library, [run_file]) == 0
    assert capsys.readouterr().out.startswith("CLEAN  1 clean. This covers 1 conversation with 1 call, and nothing")
    run_file.write_bytes(lines(HEADER, sample(call("run_workflow"))))
    assert run_audit(library, [run_file]) == 1


def test_the_command_writes_every_report(run_file, library, tmp_path, capsys):
    reports = {name: tmp_path / name for name in ("sarif", "junit", "markdown")}
    assert run_audit(library, [run_file], as_json_=True, **reports) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "clean"
    assert json.loads(reports["sarif"].read_text())["version"] == "2.1.0"
    assert ElementTree.fromstring(reports["junit"].read_text()).tag == "testsuites"  # noqa: S314
    assert reports["markdown"].read_text().startswith("# Audit of transcripts\n\nCLEAN")


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


@pytest.mark.parametrize("options", [{"format": "no-such"}, {"jobs": 0}])
def test_wrong_options_are_wrong_usage(options, run_file, library):
    with pytest.raises(UsageError):
        run_audit(library, [run_file], **options)


def test_another_catalogue_can_be_named(run_file, library, tmp_path):
    tools = write(tmp_path / "tools.yaml", b"list_apps: {class: action, capability: apps, source: docs}\n")
    assert run_audit(library, [run_file], tools=tools) == 1
