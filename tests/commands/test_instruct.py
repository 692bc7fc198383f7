"""The command `instructions`: the text on stdout, what it measures on stderr."""

import pytest

from promptkit.commands.instruct import print_instructions
from promptkit.errors import PromptkitError
from promptkit.library.instructions import Variant, build_instructions, load_hosts

SHORT = "custom-instructions"


def test_a_host_gets_the_variant_that_fits_it(library, capfd):
    assert load_hosts(library)[SHORT].variant == "short"
    assert print_instructions(library, variant=None, host=SHORT) == 0
    assert capfd.readouterr().out == build_instructions(library, Variant.SHORT)


def test_a_text_that_does_not_fit_the_host_is_not_printed_and_the_fix_names_the_one_that_does(library, capfd):
    with pytest.raises(PromptkitError, match="too-long") as caught:
        print_instructions(library, variant="full", host=SHORT)
    assert [one.fix for one in caught.value.problems] == [f"run: promptkit instructions --variant short --for {SHORT}"]
    assert capfd.readouterr().out == ""
