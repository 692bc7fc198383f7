import re

import pytest

from promptkit.answering.view_tools import VIEW_TOOLS
from promptkit.checking.library import check_library
from promptkit.errors import PromptkitError
from promptkit.library.instructions import (
    LIMITS_UTF16,
    Variant,
    build_instructions,
    every_text,
    find_host,
    instruction_languages,
    instruction_parts,
    instruction_rules,
    instructions_language,
    instructions_version,
    load_hosts,
    load_instructions,
    rule_ids,
    utf16_length,
)
from promptkit.library.render import digest
from promptkit.library.store import Library

ALLOWED = ["Read", "Summarise", "Group", "renewals and spend", "overlap", "review queues"]
FORBIDDEN = ["users", "contracts", "owners", "workflows", "licences", "back to Torii"]


@pytest.mark.parametrize("variant", Variant)
def test_each_variant_fits_its_limit_and_carries_its_stamp(library, variant):
    text = build_instructions(library, variant)
    assert utf16_length(text) <= LIMITS_UTF16[variant]
    body, stamp = text.rstrip("\n").rsplit("\n\n", 1)
    assert stamp == f"[instructions_{variant}@{instructions_version(library)} {digest(body)}]"


@pytest.mark.parametrize("variant", Variant)
def test_comments_for_editors_are_not_pasted(library, variant):
    assert "<!--" not in build_instructions(library, variant)


def test_all_six_allowed_uses_have_a_rule_of_their_own(library):
    rules = {rule.id: rule.text for rule in instruction_rules(library)}
    assert [word in rules[f"DO-{number}"] for number, word in enumerate(ALLOWED, 1)] == [True] * 6


def test_all_six_forbidden_uses_have_a_rule_of_their_own(library):
    rules = {rule.id: rule.text for rule in instruction_rules(library)}
    assert [
        rules[f"RO-{number}"].startswith("Never ") and word in rules[f"RO-{number}"]
        for number, word in enumerate(FORBIDDEN, 1)
    ] == [True] * 6


def test_the_short_variant_names_every_group_of_rules(library):
    short = build_instructions(library, Variant.SHORT)
    for rule in instruction_rules(library):
        kind, number = rule.id.split("-")
        assert f"- {kind}-" in short, rule.id
        assert kind in {"DO", "DR"} or number in "123456" or f"{rule.id} " in short, rule.id


def test_the_views_variant_names_every_group_of_rules_and_each_of_reading_only(library):
    views = build_instructions(library, Variant.VIEWS)
    for rule in instruction_rules(library):
        kind, number = rule.id.split("-")
        assert f"- {kind}-" in views, rule.id
        assert kind != "RO" or number in "123456" or f"{rule.id} " in views, rule.id


def test_the_views_variant_names_the_tools_that_it_is_for(library):
    assert [name in build_instructions(library, Variant.VIEWS) for name in VIEW_TOOLS] == [True] * 3


def test_a_rule_can_be_left_out_to_see_what_it_is_worth(library):
    assert "RO-9" in build_instructions(library)
    assert "RO-9" not in build_instructions(library, without="RO-9")


def test_every_rule_has_its_reason(library):
    for path in instruction_parts(library):
        reasoned = False
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("<!-- short:"):
                reasoned = False
            reasoned |= line.startswith("<!-- why: ")
            assert reasoned or not re.match(r"- [A-Z]{2}-\d", line), line


def test_every_rule_is_tried_by_an_attack_or_a_case(library):
    cases = [library.load_case_file(name) for name in library.prompt_names()]
    tried = {rule for one in [*library.attacks, *cases] for rule in one.rules}
    assert tried == {rule.id for rule in instruction_rules(library)}


def test_length_counts_as_paste_boxes_do():
    assert utf16_length("a\u00e9\U0001f600") == 4


def test_every_host_takes_the_variant_it_names(library):
    for name, host in load_hosts(library).items():
        assert utf16_length(build_instructions(library, Variant(host.variant))) <= host.limit, name


def test_an_unknown_host_names_the_known_ones(library):
    with pytest.raises(PromptkitError, match="chatgpt-project"):
        find_host(library, "chatgtp")


def test_the_instructions_exist_in_german_within_the_same_limits(library):
    assert instruction_languages(library) == ["en", "de"]
    for variant in Variant:
        text = build_instructions(library, variant, language="de")
        assert utf16_length(text) <= LIMITS_UTF16[variant]
        assert f"[instructions_{variant}_de@{instructions_version(library)} " in text
        assert "Never " not in text


def test_every_rule_is_there_in_every_language_and_in_every_variant(library):
    ids = [rule.id for rule in instruction_rules(library)]
    assert [rule.id for rule in instruction_rules(library, "de")] == ids
    for variant in (Variant.SHORT, Variant.VIEWS):
        marks = [
            re.findall(r"^- ([A-Z]{2}-[\d.]+) ", build_instructions(library, variant, language=one), re.MULTILINE)
            for one in ("en", "de")
        ]
        assert marks[0] == marks[1]


def test_each_text_is_found_by_its_stamp(library):
    for name, text in every_text(library).items():
        assert load_instructions(library, f"instructions_{name}@{instructions_version(library)}") == text
    assert load_instructions(library, "instructions_full_xx") is None


def test_people_of_another_language_get_english(library):
    assert [instructions_language(library, code) for code in ("de", "en", "fr")] == ["de", "en", "en"]


def test_a_company_s_own_rules_stay_in_english_where_nobody_translated_them(tmp_path, library):
    own = Library(tmp_path, base=library)
    (tmp_path / "instructions").mkdir()
    part = tmp_path / "instructions/60_acme.md"
    part.write_text("<!-- version: 1.0.0 -->\n- AC-1 Name the cost center.\n", "utf-8")
    text = build_instructions(own, language="de")
    assert "Nur lesen" in text
    assert "- AC-1 Name the cost center." in text
    assert rule_ids(part) == ["AC-1"]


def test_check_names_a_rule_that_a_language_lacks_and_one_that_only_it_has(copy):
    part = copy.instructions / "de/20_read_only.md"
    text = part.read_text("utf-8").replace("- RO-3 ", "- RX-9 ")
    part.write_text(text, "utf-8")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.startswith("- RX-9"))
    told = [str(one) for one in check_library(copy) if one.code in {"missing-rule", "unknown-rule"}]
    name = "instructions/de/20_read_only.md"
    assert told[0].startswith(f"{name}:1:1: [missing-rule] RO-3 is missing")
    assert told[1].startswith(f"{name}:{line}:3: [unknown-rule] instructions/20_read_only.md has no rule RX-9")
