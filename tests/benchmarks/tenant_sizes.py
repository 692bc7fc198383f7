"""How long each size of tenant takes and how large it is: `python tests/benchmarks/tenant_sizes.py [SIZE...]`."""

import resource
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from promptkit.torii.tenant import build_tenant, tenant_digest


def main() -> None:
    for size in sys.argv[1:] or ("small", "medium", "large"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "tenant.db")
            began = time.perf_counter()
            with closing(build_tenant(path, size=size)) as connection:
                built = time.perf_counter()
                digest = tenant_digest(connection)
                digested = time.perf_counter()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            print(
                f"{size}: built in {built - began:.2f} s, digest in {digested - built:.2f} s, "
                f"{path.stat().st_size >> 20} MiB on disk, {peak} MiB of memory at most, {digest}"
            )


if __name__ == "__main__":
    main()
