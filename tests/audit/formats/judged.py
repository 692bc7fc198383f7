"""What an audit says of one file, in few words."""

import json

from promptkit.audit.audit import Audit, Result


def only(found: Audit) -> Result:
    assert len(found.results) == 1, found.results
    return found.results[0]


def told(found: Audit) -> list[tuple[str | None, str]]:
    """The tool (the spelling where it is unknown) and the state of every call."""
    return [(call.tool or call.name, str(call.state)) for result in found.results for call in result.calls]


def document(value: object) -> bytes:
    return json.dumps(value).encode()


def ruled(found: Audit) -> list[tuple[str, str]]:
    """The verdict on every conversation and the rule that decided it."""
    return [(str(result.verdict), result.ground) for result in found.results]


CLEAN = [("clean", "read-tool")]
GAP = [("inconclusive", "gap")]
ATTEMPTED = [("attempted", "action-tool")]
VIOLATION = [("violation", "action-tool")]
