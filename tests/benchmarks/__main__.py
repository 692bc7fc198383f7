"""Prints how much we cost: `python -m tests.benchmarks [NAME...]`, by default all. Ends with 1 when a goal is missed.

A benchmark is a module here. Those that have `rows` share one table; each other one prints its own figures, and runs
in a process of its own. The figures of one run can be compared with each other and with nothing else.
"""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("[a-z]*.py"))}
NAMES = [name for name, text in TEXTS.items() if "\ndef rows(" in text or "\ndef main(" in text]


def print_ratios(names: list[str]) -> bool:
    """Whether all goals are met; prints the table."""
    table = Table("what", "ours", "base", "against", "ratio", "goal", box=None, header_style="bold")
    rows = [row for name in names for row in import_module(f"tests.benchmarks.{name}").rows()]
    for row in rows:
        goal = f"<= {row.goal:g}{'' if row.is_met else '  missed'}" if row.goal else ""
        figures = (f"{row.ours:,.1f} {row.unit}", f"{row.base:,.1f} {row.unit}")
        table.add_row(row.what, *figures, row.against, f"{row.ratio:.2f}", goal)
    Console().print(table)
    return all(row.is_met for row in rows)


def is_met_by_itself(name: str) -> bool:
    """Whether a benchmark without rows ended well."""
    print(f"\n{name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode == 0


def main() -> int:
    if unknown := [name for name in sys.argv[1:] if name not in NAMES]:
        print(f"{', '.join(unknown)}: not one of {', '.join(NAMES)}")
        return 2
    names = sys.argv[1:] or NAMES
    ratios = [name for name in names if "\ndef rows(" in TEXTS[name]]
    met = [print_ratios(ratios)] if ratios else []
    met += [is_met_by_itself(name) for name in names if name not in ratios]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
