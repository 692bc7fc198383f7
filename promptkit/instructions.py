"""The numbered parts of instructions/ -> the text to paste into an assistant."""

from __future__ import annotations

import re
from pathlib import Path

from promptkit.library import Library
from promptkit.load import read_text
from promptkit.model import InstructionRule
from promptkit.render import stamped

VERSION = "1.0.0"
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_RULE = re.compile(r"^- ([A-Z]{2}-\d+) (.+(?:\n  .+)*)", re.MULTILINE)


def instruction_parts(library: Library) -> list[Path]:
    """The parts in their order, which is the number in front of each name."""
    return sorted(library.instructions.glob("[0-9][0-9]_*.md"))


def build_instructions(library: Library) -> str:
    """The whole text, editors' comments left out, with its stamp as the last line."""
    parts = [_COMMENT.sub("", read_text(path)).strip() for path in instruction_parts(library)]
    return stamped("\n\n".join(parts), "instructions_full", VERSION)


def instruction_rules(library: Library) -> list[InstructionRule]:
    """Every rule of the parts in their order."""
    text = "\n".join(_COMMENT.sub("", read_text(path)) for path in instruction_parts(library))
    return [InstructionRule(id=id_, text=" ".join(body.split())) for id_, body in _RULE.findall(text)]
