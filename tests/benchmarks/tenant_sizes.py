"""How long each size of tenant takes and how large it is: `python -m tests.benchmarks.tenant_sizes [SIZE...]`.

The traps of `tests/torii/tenant_traps.yaml` that it lacks are named: the tests look at the smaller sizes only.
"""

import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from promptkit.torii.tenant import build_tenant, tenant_digest
from tests.torii.traps import TRAPS, prepare


def lacking(connection: sqlite3.Connection, today: str, week_ago: str) -> list[str]:
    prepare(connection, today, week_ago)
    return [name for name, trap in TRAPS.items() if connection.execute(trap["sql"]).fetchone()[0] < trap["least"]]


def main() -> None:
    for size in sys.argv[1:] or ("small", "medium", "large"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "tenant.db")
            began = time.perf_counter()
            with closing(build_tenant(path, size=size)) as connection:
                built = time.perf_counter()
                digest = tenant_digest(connection)
                digested = time.perf_counter()
                lacks = lacking(connection, "2026-11-02", "2026-10-26T09:00:00.000Z")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            print(
                f"{size}: built in {built - began:.2f} s, digest in {digested - built:.2f} s, "
                f"{path.stat().st_size >> 20} MiB on disk, {peak} MiB of memory at most, lacks {lacks or 'no trap'}, "
                f"{digest}"
            )


if __name__ == "__main__":
    main()
