"""Each evaluator of the folder is asserted of some sample."""

import ast

import pytest

from tests.sources import ROOT

FOLDER = ROOT / "promptkit/evaluation/evaluators"
EVALUATORS = {
    node.name: path
    for path in sorted(FOLDER.glob("*.py"))
    for node in ast.parse(path.read_text("utf-8")).body
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    and node.returns
    and ast.unparse(node.returns) == "Assertion"
    and node.name not in {"holds", "fails"}
}


def called(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


@pytest.mark.parametrize("name", EVALUATORS)
def test_an_evaluator_is_asserted_somewhere(name):
    others = [path for path in (ROOT / "promptkit/evaluation").rglob("*.py") if path != EVALUATORS[name]]
    used = {function for path in others for function in called(path)}
    assert name in used, "call it in promptkit/evaluation/evaluators/assertions.py"
