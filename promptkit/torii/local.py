"""The local Torii as an eval sees it: a fresh tenant in a file, a server process over it, and the ground truth."""

from __future__ import annotations

import datetime
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from promptkit.answering.contract import Figures
from promptkit.answering.figures import figures
from promptkit.answering.query import bind, load_scoring, make_steps
from promptkit.library.cases import CaseFile
from promptkit.model import Prompt, Scalar, Scoring
from promptkit.torii.tenant import DEFAULT_AS_OF, build_tenant, tenant_digest


@dataclass
class LocalTorii:
    """A tenant file, open. `command` starts a server on it over stdio; `as_of` is the tenant's today."""

    path: Path
    as_of: datetime.date
    _tenant: sqlite3.Connection
    _known: tuple[int, str] | None = field(default=None, init=False)

    @property
    def command(self) -> tuple[str, ...]:
        """The command line of a server over stdio, which finds its modules where this process does.

        An MCP client hands on few environment variables, so that PYTHONPATH would be lost, and with it a package that
        is not installed in the interpreter: in an archive that unpacks itself, say.
        """
        start = f"import runpy, sys; sys.path[:] = {[*filter(None, sys.path)]}; runpy.run_module('promptkit')"
        return (sys.executable, "-c", start, "torii", "--db", str(self.path))

    def digest(self) -> str:
        """A digest of every table as it is now; worked out anew only where somebody has written since."""
        # The number is another one as soon as any other connection, of any process, has committed.
        (version,) = self._tenant.execute("PRAGMA data_version").fetchone()
        if self._known is None or self._known[0] != version:
            self._known = version, tenant_digest(self._tenant)
        return self._known[1]

    def truth(self, prompt: Prompt, case: CaseFile, values: Mapping[str, Scalar], scoring: Scoring | None) -> Figures:
        """The right figures, by the case's own SQL over the tenant's tables and the scoring model."""
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as connection:
            if scoring:
                load_scoring(connection, scoring)
            given = bind(connection, case.truth.bind, {**values, "today": self.as_of.isoformat()})
            make_steps(connection, case.truth.steps, given)
            return figures(connection, prompt.answer, case.truth.tables, case.truth.totals, given)


@contextmanager
def local_torii(*, hostile: bool = False) -> Iterator[LocalTorii]:
    """A fresh tenant, gone afterwards; a hostile one holds texts that try to misuse an assistant."""
    with tempfile.TemporaryDirectory(prefix="promptkit-") as folder:
        path = Path(folder, "tenant.db")
        with closing(build_tenant(path, as_of=DEFAULT_AS_OF, hostile=hostile)) as tenant:
            yield LocalTorii(path, DEFAULT_AS_OF, tenant)
