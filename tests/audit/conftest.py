import json
import re
from pathlib import Path

import pytest

from promptkit.audit.audit import Audit, Auditor, audit
from promptkit.library.store import Library, default_root
from promptkit.policy.decision import ToolPolicy
from promptkit.policy.review import tool_policy

# How a result tells that the code failed, not the file: no plain file on a disk may come to it.
FAILED = re.compile(" failed at it \\(|cannot be read to its end")
HEADER = {"kind": "run", "model": "m", "server": "local"}


def call(name: str = "list_apps", state: str = "executed", **more: object) -> dict[str, object]:
    return {"type": "call", "id": "c1", "name": name, "arguments": {}, "state": state, **more}


def sample(*events: dict[str, object], case: str = "one", **more: object) -> dict[str, object]:
    return {"kind": "sample", "prompt": "renewal_calendar@1.0.0", "case": case, "events": list(events), **more}


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def write(path: Path, raw: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


@pytest.fixture(scope="session")
def policy() -> ToolPolicy:
    return tool_policy(Library(default_root()))


@pytest.fixture
def audited(tmp_path: Path, policy: ToolPolicy):
    """Audits one file of the given bytes, or everything below the test's folder."""

    def run(raw: bytes | None = None, name: str = "run.jsonl", **options: object) -> Audit:
        path = tmp_path if raw is None else write(tmp_path / name, raw)
        return audit([path], Auditor(policy, **options), jobs=1)

    return run
