"""What holds for any input, tried on inputs that hypothesis makes up and always the same ones in CI.

A longer run: HYPOTHESIS_PROFILE=long pytest tests/test_properties.py
"""

import json
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptkit.errors import PromptkitError
from promptkit.files import load_yaml, read_text, validate
from promptkit.library.render import digest, render
from promptkit.model import Prompt, ToolCall
from promptkit.policy.decision import ToolPolicy, decide
from promptkit.text import hidden_characters
from tests.builders import prompt
from tests.policy.reviewed import DEFINITION, RULES, policy

PROMPTS = sorted((Path(__file__).parent.parent / "prompts").glob("*.yaml"))
WORDS = "[ ] { } : , - ? | > & * ! % # @ ` ' \" << = ~ !!int !!bool &a *a %YAML %TAG --- ... null .nan 0x 0o8 1e9 1_0"
BREAKS = ("\n", "\n  ", "\t", "\r", "\0", "\x85", "\u2028", "\ufeff", ": ", "- ", "? ")
YAML_BITS = st.sampled_from([*WORDS.split(), *BREAKS, "9" * 30, "2026-13-40", "\U0001f600"])
YAML_TEXT = st.lists(YAML_BITS | st.text(max_size=4), max_size=30).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
IN_A_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def load_quietly(path: Path, text: str) -> None:
    """Load a prompt; a PromptkitError is a good end, everything else fails the test."""
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        validate(load_yaml(path), Prompt)
    except PromptkitError as error:
        assert all(problem.code and problem.fix for problem in error.problems)


@IN_A_FILE
@given(text=YAML_TEXT)
def test_any_text_as_yaml_is_read_or_refused_with_a_problem(text, tmp_path):
    load_quietly(tmp_path / "x.yaml", text)


@IN_A_FILE
@given(scalar=st.text(alphabet="0123456789abefox_+-.:TZ ~=<'\"", max_size=12))
def test_any_scalar_is_read_or_refused_with_a_problem(scalar, tmp_path):
    load_quietly(tmp_path / "x.yaml", f"a: {scalar}\n")


@IN_A_FILE
@given(path=st.sampled_from(PROMPTS), at=st.floats(0, 1), length=st.integers(0, 40), junk=YAML_TEXT)
def test_a_prompt_with_any_part_replaced_is_read_or_refused_with_a_problem(path, at, length, junk, tmp_path):
    text = read_text(path)
    start = round(at * len(text))
    load_quietly(tmp_path / "x.yaml", text[:start] + junk + text[start + length :])


@pytest.mark.parametrize(
    "text",
    ["a: !!bool x", "a: !!int ''", "a: !!float ''", "a: !!set {b}", "%TAG ! tag:yaml.org,2002:\n---\na: !int 1", "! a"],
)
def test_no_tag_is_obeyed(text, tmp_path):
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PromptkitError, match="yaml-tag"):
        load_yaml(tmp_path / "x.yaml")


@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "0o" + "7" * 5000, "9" * 20, "0b_", "2026-13-01"])
def test_a_number_or_date_that_cannot_be_read_is_placed(value, tmp_path):
    (tmp_path / "x.yaml").write_text(f"a:\n  b: {value}\n", encoding="utf-8")
    with pytest.raises(PromptkitError, match=r":2:6: \[not-yaml\]"):
        load_yaml(tmp_path / "x.yaml")


VIEW = prompt("Before {{ name }} after.\nNext line.", name={"type": "string"})


@given(value=st.text(max_size=210) | st.text(alphabet=string.punctuation, max_size=30))
def test_free_text_stays_one_quoted_value_on_its_line(value):
    try:
        first, second, *_ = render(VIEW, {"name": value}).split("\n")
    except PromptkitError:
        assert not value.strip() or len(value) > 200 or hidden_characters(value)
        return
    assert json.loads(first.removeprefix("Before ").removesuffix(" after.")) == value
    assert second == "Next line."


@given(value=st.text(alphabet=st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=200))
def test_the_stamp_holds_for_the_text_above_it_and_the_text_for_its_input(value):
    if not value.strip():
        return
    text = render(VIEW, {"name": value})
    body, _, stamp = text.rpartition("\n\n")
    assert stamp == f"[view@1.2.0 {digest(body)}]\n"
    assert text == render(VIEW, {"name": value})


NUMBER = prompt("{{ n }}", n={"type": "number"})


@given(arguments=st.dictionaries(st.sampled_from(["n", "m"]), JSON) | st.just({"n": 10**400}))
def test_arguments_of_any_kind_are_rendered_or_refused_with_a_problem(arguments):
    try:
        render(NUMBER, arguments)
    except PromptkitError as error:
        assert {problem.code for problem in error.problems} == {"wrong-argument"}


@given(name=st.text(max_size=12) | st.text(alphabet="list_apps-. \n", max_size=12), arguments=JSON)
def test_no_name_but_the_reviewed_one_is_allowed(name, arguments):
    decision = decide(ToolCall.model_construct(name=name, arguments=arguments), policy())
    assert not decision.allowed or (name == "list_apps" and (arguments is None or set(arguments) <= {"size", "fields"}))


@given(hints=JSON | st.dictionaries(st.sampled_from(["readOnlyHint", "destructiveHint"]), JSON))
def test_what_a_server_says_can_only_take_away(hints):
    for name in ("run_workflow", "list_keys", "made_up"):
        said = {"name": name, "annotations": hints}
        assert not decide(ToolCall(name=name, arguments={}), ToolPolicy(RULES, {name: said}, (said,))).allowed
    offered = DEFINITION | {"annotations": hints}
    if decide(ToolCall(name="list_apps"), policy(offered=offered)).allowed:
        assert json.dumps(hints) == json.dumps(DEFINITION["annotations"])


@given(offered=JSON.filter(lambda value: value is not None))
def test_a_list_of_anything_never_lets_a_call_through(offered):
    unread = ToolPolicy(RULES, {"list_apps": DEFINITION}, offered)
    assert not decide(ToolCall(name="list_apps"), unread).allowed
