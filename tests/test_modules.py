"""Every module is tested: by the file of its name, by a test that imports it, or through others of which that holds."""

from pathlib import Path

from promptkit.arguments import TYPES
from tests.sources import MODULES, ROOT, used

# Nobody imports these: test_cli.py runs `python -m promptkit`, and pytest loads the plugin in test_testing.py.
DOORS = {"promptkit.__main__", "promptkit.evaluation.pytest_plugin"}
# Read from the folder; test_argument_type.py asks each of them.
TYPES_OF_ARGUMENTS = {f"promptkit.arguments.{name}" for name in TYPES}
OPT_IN = {"benchmarks", "fuzz", "smoke"}
TESTS = [path for path in (ROOT / "tests").rglob("*.py") if path.relative_to(ROOT / "tests").parts[0] not in OPT_IN]


def own_test(module):
    _, *folders, name = module.split(".")
    return ROOT / Path("tests", *folders) / f"test_{name.strip('_')}.py"


def reached():
    found = new = {module for path in TESTS for module in used(path)} | DOORS | TYPES_OF_ARGUMENTS
    found |= {module for module in MODULES if own_test(module).exists()}
    while new:
        new = {inner for module in new for inner in used(MODULES[module])} - found
        found |= new
    return found


def test_every_module_is_reached_from_a_test():
    assert sorted(MODULES.keys() - reached()) == []
