"""Writes promptkit/audit/formats/FORMATS.md, the table of the formats of `audit`: `python -m tests.audit_formats`.

It is made of what the modules say of themselves: the first words of each, and its `ABOUT`.
"""

from promptkit.audit.detect import readers, summaries
from tests.sources import PACKAGE

PAGE = PACKAGE / "audit" / "formats" / "FORMATS.md"
HEAD = """# The formats that `promptkit audit` reads

The format of a file is found by what is in it. No record shows more than its host wrote down: a clean result says
nothing of what stands under "cannot show". The formats are known from public descriptions and source code, as the head
of each module says. This page is written from the modules by `python -m tests.audit_formats`.

| host | format | how to get the file | can show | cannot show |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page, its rows sorted by host."""
    told = [(readers()[name].ABOUT, name, summary) for name, summary in summaries()]
    rows = [
        f"| {about.host} | `{name}`: {summary} | {about.get} | {about.shows} | {about.lacks} |"
        for about, name, summary in sorted(told, key=lambda one: (one[0].host.casefold(), one[1]))
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
