"""What `evals/TORII.md` tells of the local Torii is what the code has."""

import re
from typing import get_args

import pytest

from promptkit.torii.fault_names import FAULTS
from promptkit.torii.generate.hostile import hostile_texts
from promptkit.torii.generate.size import COUNTS
from promptkit.torii.roles import ROLE_KEYS
from promptkit.torii.surface import Mode
from tests.sources import ROOT

PAGE = (ROOT / "evals" / "TORII.md").read_text("utf-8")


def table(option) -> dict[str, str]:
    """The first column of the table of an option, and the rest of each row."""
    rows = re.search(rf"\| `--{option}` \|.*\n\| --- .*\n((?:\|.*\n)+)", PAGE).group(1)
    return dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", rows, re.MULTILINE))


def test_every_fault_is_told_in_the_words_of_the_help():
    assert table("fault") == FAULTS


@pytest.mark.parametrize(("option", "known"), [("mode", get_args(Mode)), ("role", ROLE_KEYS)])
def test_every_mode_and_role_is_told(option, known):
    assert sorted(table(option)) == sorted(known)


def test_the_sizes_are_those_that_are_made():
    columns = ("apps", "users", "app_users", "contracts", "transactions")
    made = {size: " | ".join(f"{getattr(counts, name):,}" for name in columns) for size, counts in COUNTS.items()}
    assert table("size") == made


def test_the_hostile_texts_are_of_as_many_kinds_as_is_told():
    families, languages = ({getattr(text, name) for text in hostile_texts()} for name in ("family", "language"))
    assert f"in {len(families)} families and {len(languages)} languages" in " ".join(PAGE.split())
