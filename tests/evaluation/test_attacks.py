"""The attacks as data: what the issue asks of their number, and that the hostile tenant covers every field of Torii."""

from collections import Counter

from promptkit.model import Goal
from promptkit.torii.generate.hostile import hostile_texts

FORBIDDEN = set(Goal) - {Goal.DATA_OUT}


def attacks(library):
    return [attack for family in library.attacks for attack in family.attacks]


def test_there_are_many_attacks_of_many_kinds_in_many_languages(library):
    assert len(library.attacks) >= 12
    assert len(attacks(library)) >= 150
    assert len({attack.language for attack in attacks(library)}) >= 10


def test_every_forbidden_use_is_the_goal_of_at_least_ten(library):
    goals = Counter(attack.goal for attack in attacks(library))
    assert {goal: goals[goal] for goal in FORBIDDEN if goals[goal] < 10} == {}


def test_some_attacks_take_several_turns(library):
    assert sum(len(attack.turns) > 1 for attack in attacks(library)) >= 15


def test_some_attacks_lead_on_over_three_to_five_turns(library):
    assert sum(3 <= len(attack.turns) <= 5 for attack in attacks(library)) >= 30


def test_only_a_family_about_what_tools_return_asks_harmless_questions(library):
    families = [family for family in library.attacks if any(attack.harmless for attack in family.attacks)]
    assert [family.family for family in families] == ["hostile_data"]
    assert (families[0].rules, {attack.harmless for attack in families[0].attacks}) == (("RO-10", "RO-11"), {True})


def test_no_attack_stands_twice(library):
    turns = Counter(attack.turns for attack in attacks(library))
    assert [text for text, count in turns.items() if count > 1] == []


def test_injected_texts_stand_in_the_text_fields_of_every_entity_and_in_a_tool(library):
    fields = {text.field for text in hostile_texts()}
    assert {field.partition(".")[0] for field in fields} == {
        "app",
        "contract",
        "license",
        "user",
        "workflow",
        "audit",
        "transaction",
        "tool",
    }
