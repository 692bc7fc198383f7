"""A fresh local Torii: a tenant in its own file, and the command line of a server for it."""

from __future__ import annotations

import datetime
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from promptkit.torii.tenant import DEFAULT_AS_OF, build_tenant, tenant_digest


@dataclass
class LocalTorii:
    """A tenant file, open. `command` starts a server on it over stdio; `as_of` is the tenant's today.

    `is_hostile` says whether its texts try to misuse an assistant.
    """

    path: Path
    as_of: datetime.date
    is_hostile: bool
    _tenant: sqlite3.Connection
    _known: tuple[int, str] | None = field(default=None, init=False)

    @property
    def command(self) -> tuple[str, ...]:
        """The command line of a server over stdio, which finds its modules where this process does.

        An MCP client passes on few environment variables. PYTHONPATH would be lost, and with it a package that is not
        installed in the interpreter, for example in an archive that unpacks itself.
        """
        start = f"import runpy, sys; sys.path[:] = {[*filter(None, sys.path)]}; runpy.run_module('promptkit')"
        return (sys.executable, "-c", start, "torii", "--db", str(self.path))

    def digest(self) -> str:
        """The current digest of every table, computed again only if somebody has written since the last time."""
        # The number changes when any other connection, in any process, commits.
        (version,) = self._tenant.execute("PRAGMA data_version").fetchone()
        if self._known is None or self._known[0] != version:
            self._known = version, tenant_digest(self._tenant)
        return self._known[1]


@contextmanager
def local_torii(*, hostile: bool = False) -> Iterator[LocalTorii]:
    """A fresh tenant, deleted afterwards; a hostile one has texts that try to misuse an assistant."""
    with tempfile.TemporaryDirectory(prefix="promptkit-") as folder:
        path = Path(folder, "tenant.db")
        with closing(build_tenant(path, as_of=DEFAULT_AS_OF, hostile=hostile)) as tenant:
            yield LocalTorii(path, DEFAULT_AS_OF, hostile, tenant)
