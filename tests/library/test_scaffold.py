import pytest

from promptkit.errors import PromptkitError
from promptkit.library.check import check_library
from promptkit.library.scaffold import scaffold
from promptkit.library.versions import Part, release


def test_a_scaffold_passes_check_and_is_released_as_it_stands(copy):
    scaffold(copy, "busy_apps")
    assert check_library(copy) == []
    assert release(copy, "busy_apps", Part.MINOR, "New view.") == "busy_apps@1.0.0"
    assert check_library(copy) == []
    assert copy.load_prompt("busy_apps").status == "stable"


@pytest.mark.parametrize("name", ["renewal_calendar", "Busy", "../x", "a b", ""])
def test_a_scaffold_overwrites_nothing_and_takes_only_names(copy, name):
    before = sorted(copy.root.rglob("*"))
    with pytest.raises(PromptkitError):
        scaffold(copy, name)
    assert sorted(copy.root.rglob("*")) == before
