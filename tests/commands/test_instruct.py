"""The command `instructions`: the text on stdout, what it measures on stderr."""

import pytest

from promptkit.commands.instruct import print_instructions
from promptkit.errors import PromptkitError
from promptkit.library.instructions import Variant, build_instructions, load_hosts
from promptkit.model import Profile

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


@pytest.mark.parametrize("given", [{"language": "de"}, {"profile": Profile(language="de")}])
def test_the_german_text_is_printed(library, capfd, given):
    assert print_instructions(library, variant="short", host=None, **given) == 0
    assert capfd.readouterr().out == build_instructions(library, Variant.SHORT, language="de")


def test_a_language_that_the_instructions_lack_is_told_with_those_there_are(library):
    with pytest.raises(PromptkitError, match="not written in fr") as caught:
        print_instructions(library, variant=None, host=None, language="fr")
    assert caught.value.problems[0].fix.startswith("write one of en, de, or add")
