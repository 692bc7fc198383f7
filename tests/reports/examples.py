"""Results of evals and audits, short to write, and a text that tries to break out of whatever it is written to."""

from promptkit.audit.audit import Audit, Call, Result
from promptkit.audit.rows import report_of as audit_report
from promptkit.audit.stamps import Stamp
from promptkit.evaluation.evaluators.contract import Assertion
from promptkit.evaluation.records.result import RunResult, SampleResult, SelfTest
from promptkit.evaluation.rows import report_of as eval_report
from promptkit.model import ToolClass
from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Bullets, Grid, Head, Item, Line, Lines
from promptkit.reports.rows import Alert, Place, Report, Row
from promptkit.transcript import CallState, Text

# `intruder` is what remains of it wherever it is shown.
HOSTILE = (
    "=1+intruder()\x1b[31m\x07<script>alert(1)</script><img src=x onerror=a> [x](javascript:a) ![i](https://e.vil)"
    " | \x00\ud800\ufffe\u202e\u200b\U000e0041 ]]>\r\n# `x` <https://e.vil>"
)
READ = Call("list_apps", "list_apps", ToolClass.READ, CallState.EXECUTED, "line 1", None, "read-tool")
ACT = Call(
    "x.run_workflow", "run_workflow", ToolClass.ACTION, CallState.EXECUTED, "line 7", "2026-11-02", "action-tool"
)
ACT_LINE = "x.run_workflow (run_workflow): executed, action tool, at a b.jsonl:7 on 2026-11-02 [action-tool]"


def conversation(verdict=Verdict.VIOLATION, **changes):
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


CLEAN = conversation(Verdict.CLEAN, path="b.jsonl", ground="read-tool", reason="", stamps=[], calls=[READ])
UNREAD = conversation(
    Verdict.INCONCLUSIVE, path="c.jsonl", ground="gap", reason="it is cut off", stamps=[], calls=[], conversation=""
)
AUDIT = Audit([conversation(), CLEAN])


def hostile_audit():
    act = Call(HOSTILE, None, ToolClass.UNKNOWN, CallState.EXECUTED, HOSTILE, HOSTILE, "name")
    texts = [Text("user", HOSTILE)]
    return Audit([conversation(path=HOSTILE, conversation=HOSTILE, reason=HOSTILE, calls=[act], texts=texts)])


def run(*verdicts, leaks=(), untried="", planned=None, replayed="", model="m", text="it was so"):
    """A run of attacks, one for each verdict; the text is the reason of each claim that fails."""
    results = [
        SampleResult(
            number,
            f"m {text}",
            model,
            verdict,
            [Assertion("reads_only", verdict is Verdict.CLEAN, text)],
            [text],
            1,
            0,
            0.5,
            family="authority",
            attack=f"authority/{number}",
            replayed=replayed,
        )
        for number, verdict in enumerate(verdicts, 1)
    ]
    return RunResult([model], "local", results, SelfTest(5, 1, 1, leaks, untried), planned or len(results))


def hostile_run():
    return run(Verdict.ATTEMPTED, leaks=[HOSTILE], model=HOSTILE, replayed=HOSTILE, text=HOSTILE)


def raw_blocks():
    grid = Grid([Head("column")], [[HOSTILE], [Lines([HOSTILE], [HOSTILE])]], HOSTILE)
    return [Line(HOSTILE), grid, Bullets(HOSTILE, [Item(HOSTILE, HOSTILE, [HOSTILE])], HOSTILE)]


def raw_report():
    """A report in which nothing was escaped before it came to a writer."""
    alert = Alert(HOSTILE, HOSTILE, Place(HOSTILE, 1, HOSTILE))
    texts = {"reason": HOSTILE, "rule": HOSTILE, "lines": [HOSTILE], "alerts": [alert], "replayed": HOSTILE}
    row = Row(HOSTILE, HOSTILE, HOSTILE, Verdict.ATTEMPTED, passed=False, **texts)
    parts = {"rows": [row], "checks": [row], "body": raw_blocks(), "replayed": HOSTILE}
    return Report("promptkit", "Title", Verdict.ATTEMPTED, passed=False, **parts)


HOSTILE_REPORTS = {
    "eval": eval_report(hostile_run()),
    "audit": audit_report(hostile_audit()),
    "raw": raw_report(),
}
