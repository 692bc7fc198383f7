"""Regular expressions that servers write: the usual ones pass, and none that some text makes slow."""

import pytest

from promptkit.policy.patterns import why_not_matchable

OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        r"\S",
        r"^\S+$",
        r"[a-z]+",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^#[0-9A-Fa-f]{6}$",
        r"^[^/]+/[^/]+$",
        r"^https?:\/\/.*$",
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        r"^(a|ab)*c$",
        r"^(\d{1,3}\.){3}\d{1,3}$",
        rf"^(?:{OCTET}\.){{3}}{OCTET}$",
        r"^[A-Za-z][A-Za-z0-9_.-]{0,199}(?![\s\S])",
        r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
        r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$",
        r".*\S.*",
        r"^[^/]+/[^/]+\.(csv|json)$",
        r"^\w+(\s*,\s*\w+)*$",
        r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$",
        r"^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$",
        r"^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$",
    ],
)
def test_a_usual_expression_passes(pattern):
    assert why_not_matchable(pattern) is None


@pytest.mark.parametrize("pattern", ["(", r"^\p{L}+$", r"^(?<year>\d+)$", r"\u{1F600}", "a{999999999999}"])
def test_an_expression_that_python_does_not_know_is_refused(pattern):
    assert "is not an expression that Python knows" in why_not_matchable(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(a+)+$",
        r"^(a|a)*$",
        r"(x*)*",
        r"(\w+\s?)*$",
        r"^(\d+|\d+x)*$",
        r"^((ab)*)*$",
        r"^(.*,)*$",
        r"^(a*a*,)+$",
        r"^(,(a?|b?))+$",
        r"^(,(a*)?)+$",
        r"^(-*a*-*)+$",
        r"^(,a*[ab]b*)+$",
        r"^a*a*,b*b*,c*c*$",
        r"^(a*,a*)*$",
        r"(a(?=a*b))+c",
        r"^(,[ж-я]*щ*)+$",
        r"^(,\w*щ*)+$",
        r"(?i)^(,[a-z]*[A-Z]*)+$",
        r"^(?i:,[a-z]*[A-Z]*)+$",
        r"([a-z]+[0-9]*)+$",
        r"^(?=(a+)+$)a",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(?:a{0,30}){0,30}b",
        r"^((a{0,9}){4}){4}b",
        f"^{'a?' * 30}{'a' * 30}$",
        f"^{'(a|a)' * 30}$",
        r"^(((a|a){4}){4}){4}b",
        r"^.*.*.*$",
        r"\s+\s+$",
        r"(a)\1",
    ],
)
def test_an_expression_that_some_text_could_make_slow_is_refused(pattern):
    assert "may take very long" in why_not_matchable(pattern)
