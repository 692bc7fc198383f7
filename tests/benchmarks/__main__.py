"""Prints how much we cost: `python -m tests.benchmarks [NAME...]`. A benchmark is a module here that has `rows`.

Modules without run by themselves: `python -m tests.benchmarks.torii_latency`. Ends with 1 when a goal is missed.
The figures of one run can be compared with each other and with nothing else.
"""

import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

NAMES = [path.stem for path in sorted(Path(__file__).parent.glob("*.py")) if "\ndef rows(" in path.read_text("utf-8")]


def main() -> int:
    if unknown := [name for name in sys.argv[1:] if name not in NAMES]:
        print(f"{', '.join(unknown)}: not one of {', '.join(NAMES)}; try: python -m tests.benchmarks.{unknown[0]}")
        return 2
    table = Table("what", "ours", "base", "against", "ratio", "goal", box=None, header_style="bold")
    rows = [row for name in sys.argv[1:] or NAMES for row in import_module(f"tests.benchmarks.{name}").rows()]
    for row in rows:
        goal = f"<= {row.goal:g}{'' if row.is_met else '  missed'}" if row.goal else ""
        figures = (f"{row.ours:,.1f} {row.unit}", f"{row.base:,.1f} {row.unit}")
        table.add_row(row.what, *figures, row.against, f"{row.ratio:.2f}", goal)
    Console().print(table)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
