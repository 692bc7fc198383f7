"""What `audit --json` prints."""

import json
from dataclasses import replace

from promptkit.transcript import Text
from tests.reports.examples import ACT, AUDIT, hostile_audit


def test_json_has_the_shape_of_the_design():
    assert json.loads(json.dumps(AUDIT.as_json())) == {
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


def test_json_has_what_was_said_before_a_call():
    told = replace(ACT, said=(Text("user", "Run it."),))
    assert told.as_json() == ACT.as_json() | {"said": [{"role": "user", "text": "Run it."}]}


def test_json_of_hostile_text_is_plain_ascii():
    assert json.dumps(hostile_audit().as_json()).isascii()
