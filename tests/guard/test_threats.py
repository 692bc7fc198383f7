"""Every known way round the promise has its tests: threats.yaml, and two rows that are about the project itself."""

import ast
import re
from functools import cache
from importlib.metadata import requires, version

import pytest

from promptkit.files import load_yaml
from tests.conftest import ROOT
from tests.guard.test_rows import ATTEMPTS

THREATS = load_yaml(ROOT / "tests/guard/threats.yaml").data
FAMILIES = {"N": 6, "H": 9, "A": 4, "P": 10, "I": 5, "T": 9, "Y": 6, "R": 3, "O": 7, "X": 4}


def test_no_row_is_missing():
    assert list(THREATS) == [f"{family}{row}" for family, rows in FAMILIES.items() for row in range(1, rows + 1)]


@cache
def functions(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", THREATS)
def test_every_row_has_tests_that_are_there(row):
    assert THREATS[row]["tests"]
    for test in THREATS[row]["tests"]:
        path, name, attempt = re.fullmatch(r"(.+)::(\w+)(?:\[(.+)\])?", test).groups()
        assert name in functions(path)
        assert attempt is None or attempt in ATTEMPTS


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_every_attempt_belongs_to_a_row(attempt):
    assert attempt.partition(" ")[0] in THREATS


def test_nothing_reads_a_live_tenant_unless_it_is_named():
    assert load_yaml(ROOT / "action.yml").data["inputs"]["server"]["default"] == "local"
    assert "--server" not in (ROOT / ".ci/run").read_text("utf-8")
    defaults = re.findall(r"\bserver: options\.Server(.*?)[,)]", (ROOT / "promptkit/cli.py").read_text("utf-8"))
    assert set(defaults) == {' = "local"'}


def test_the_sdk_is_one_of_the_release_that_these_tests_ran_with():
    (pinned,) = [one for one in requires("torii-promptkit") if re.match(r"mcp\b", one)]
    assert pinned == f"mcp=={'.'.join(version('mcp').split('.')[:2])}.*"
