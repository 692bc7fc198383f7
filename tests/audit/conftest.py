from pathlib import Path

import pytest

from promptkit.audit.audit import Audit, Auditor, audit
from promptkit.library.store import Library, default_root
from promptkit.policy.decision import ToolPolicy
from promptkit.policy.review import tool_policy
from tests.audit.transcripts import write


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
