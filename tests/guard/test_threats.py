"""Every known way round the promise has its tests: threats.yaml, and two rows that are about the project itself."""

import ast
import re
from functools import cache
from importlib.metadata import requires, version

import pytest

from promptkit.files import load_yaml
from tests.guard.attempts import ATTEMPTS
from tests.sources import FILES, ROOT

THREATS = load_yaml(ROOT / "tests/guard/threats.yaml").data
FAMILIES = {"N": 6, "H": 9, "A": 4, "P": 13, "I": 7, "T": 9, "Y": 6, "R": 3, "O": 11, "U": 3, "X": 4}


def test_no_row_is_missing():
    rows = [f"{family}{row}" for family, last in FAMILIES.items() for row in range(1, last + 1)]
    assert list(THREATS) == rows


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


def test_every_promise_names_code_and_tests_that_are_there():
    rows = [line for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 10
    for row in rows:
        _, held, tests = row.strip("| ").split(" | ")
        assert all((ROOT / path).exists() for path in re.findall(r"`([\w/.]+)`", held))
        for path, name in re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", tests):
            assert name == "" or name in functions(path)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_every_attempt_belongs_to_a_row(attempt):
    assert attempt.partition(" ")[0] in THREATS


def test_nothing_reads_a_live_tenant_unless_it_is_named():
    assert load_yaml(ROOT / "action.yml").data["inputs"]["server"]["default"] == "local"
    assert "--server" not in (ROOT / ".ci/run").read_text("utf-8")
    sources = "".join(path.read_text("utf-8") for path in FILES)
    defaults = re.findall(r"\bserver: options\.(?:Any)?Server(.*?)[,)]", sources)
    assert (len(defaults) > 5, set(defaults)) == (True, {' = "local"'})


def test_the_sdk_is_one_of_the_release_that_these_tests_ran_with():
    (pinned,) = [one for one in requires("torii-promptkit") if re.match(r"mcp\b", one)]
    assert pinned == f"mcp=={'.'.join(version('mcp').split('.')[:2])}.*"
