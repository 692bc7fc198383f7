"""The order of the tests themselves, read from their sources."""

import pytest

from tests.sources import ROOT, imported, module_of

TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("path", TESTS, ids=module_of)
def test_no_module_of_the_tests_imports_a_test_or_a_conftest(path):
    taken = [name for name in imported(path) if name.startswith("tests.")]
    assert [name for name in taken if name.split(".")[-1].startswith(("test_", "conftest"))] == []
