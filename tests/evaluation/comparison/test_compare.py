"""An answer's tables and totals beside the right ones: what belongs together, and what is told of what does not."""
# ruff: noqa: E501

import pytest

from promptkit.answering.parsed import parse_answer
from promptkit.evaluation.comparison.stated import RightFigures
from promptkit.evaluation.evaluators.figures import compared_figures, figures_match
from promptkit.model import Answer
from tests.evaluation.runs import made, run_of

ANSWER = Answer.model_validate(
    {
        "tables": [
            {
                "heading": "Renewals",
                "columns": [
                    {"name": "end_date", "type": "date"},
                    {"name": "contract", "key": True},
                    {"name": "state"},
                    {"name": "amount", "type": "money"},
                    {"name": "currency"},
                ],
            }
        ],
        "totals": [
            {"name": "contracts"},
            {"name": "amount", "type": "money", "per": "currency"},
            {"name": "contracts_without_owner"},
        ],
    }
)
HEAD = "| end_date | contract | state | amount | currency |\n|---|---|---|---|---|\n"
ROWS = [
    "| 2026-11-02 | Slack 2025 | active | 195,065.85 | USD |",
    "| 2026-11-12 | HubSpot 2025 | inReview | 26,649.54 | EUR |",
    "| 2026-12-05 | Tableau 2025 | active | none | none |",
]
TOTALS = "## Totals\n- contracts: 3\n- amount EUR: 26,649.54\n- amount USD: 195,065.85\n- contracts_without_owner: 0\n"
RIGHT = "## Renewals\n" + HEAD + "\n".join(ROWS) + "\n\n" + TOTALS


def told(text, *calls, hostile=False):
    """What is wrong in an answer, in one text; empty if nothing is."""
    return matched(RIGHT, text, *calls, hostile=hostile).reason


def matched(right, text, *calls, hostile=False):
    parsed = parse_answer(text)
    tables = compared_figures(RightFigures(ANSWER, right), parsed, run_of(text, *calls), is_hostile=hostile)
    return figures_match(tables, parsed)


def changed(old, new):
    assert old in RIGHT
    return RIGHT.replace(old, new)


SAME = {
    "another order of rows": "## Renewals\n" + HEAD + "\n".join(reversed(ROWS)) + "\n\n" + TOTALS,
    "another heading": changed("## Renewals", "### Upcoming"),
    "other columns' order": "## Renewals\n| contract | currency | state | amount | end_date |\n|---|---|---|---|---|\n"
    "| Slack 2025 | USD | active | 195065.85 | 2026-11-02 |\n| HubSpot 2025 | EUR | In Review | 26649.54 | 2026-11-12 |\n"
    "| Tableau 2025 | | Active | - | 2026-12-05 |\n\n" + TOTALS,
    "one column more": RIGHT.replace("| currency |\n|---", "| currency | owner |\n|---|---").replace(
        " USD |\n", " USD | a |\n"
    ),
    "the currency of an amount that is none": changed("| none | none |", "| none | EUR |"),
    "totals in bold": changed("- contracts: 3", "- **Contracts**: 3"),
    "the currency beside the total": changed("- amount USD: 195,065.85", "- amount: USD 195,065.85"),
    "all currencies in one line": changed(
        "- amount EUR: 26,649.54\n- amount USD: 195,065.85", "- amount: 26,649.54 EUR; 195,065.85 USD"
    ),
    "currencies below their total": changed(
        "- amount EUR: 26,649.54\n- amount USD: 195,065.85", "- amount:\n  - EUR: 26,649.54\n  - USD: 195,065.85"
    ),
    "a line of zero left out": changed("- contracts_without_owner: 0\n", ""),
    "a line of zero more": changed("- amount USD", "- amount GBP: 0.00\n- amount USD"),
    "a total of its own": changed("- contracts: 3", "- contracts: 3\n- contracts that look odd: 2"),
    "totals as a table": "## Renewals\n"
    + HEAD
    + "\n".join(ROWS)
    + "\n\n## Totals\n| total | currency | value |\n|---|---|---|\n"
    "| contracts | | 3 |\n| amount | EUR | 26,649.54 |\n| amount | USD | 195,065.85 |\n",
    "something said of a total": changed("- contracts: 3", '- contracts: 3 (one of them: "Slack 2025", two others)'),
    "a dash after a label": changed("- contracts: 3\n- amount EUR: ", "- contracts \u2013 3\n- **amount EUR** \u2192 "),
    "a period beside a total": changed("195,065.85\n", "195,065.85 USD in the last 12 months\n").replace(
        "contracts: 3", "contracts: 3 with 100 users or more"
    ),
    "numbered headings": RIGHT.replace("## Renewals", "## 1. Renewals").replace("## Totals", "## 2. Totals (all rows)"),
    "a row that adds up": RIGHT.replace(ROWS[2], f"{ROWS[2]}\n| **Total** | | | USD 195,065.85 | |"),
    "currencies beside the amounts": RIGHT.replace(" | currency |", " |")
    .replace("|---|---|---|---|---|", "|---|---|---|---|")
    .replace("195,065.85 | USD |", "$195,065.85 |")
    .replace("26,649.54 | EUR |", "26,649.54 EUR |")
    .replace("none | none |", "none |"),
    "numbered rows, a column renamed, and one of its own": "## Renewals\n"
    "| # | Ends (day) | contract | status | amount (USD) | currency | Share |\n|---|---|---|---|---|---|---|\n"
    + "".join(f"| {at} {row} 1 % |\n" for at, row in enumerate(ROWS))
    + f"| | All | | | 195,065.85 | | |\n\n{TOTALS}",
    "a sentence with its figure": changed("- contracts: 3", "- There are **3** contracts"),
    "figures before their words": changed("- contracts: 3", "- **3** contracts (2 active)"),
    "how many more there are": RIGHT.replace(ROWS[2], ROWS[2] + "\nand 12 more"),
}


@pytest.mark.parametrize("name", SAME)
def test_figures_in_another_form_are_right(name):
    assert told(SAME[name]) == ""


WRONG = {
    "Totals, row contracts, value: expected 3, found There are 4 contracts": changed(
        "- contracts: 3", "- There are 4 contracts"
    ),
    "Renewals, row Slack 2025, amount: expected 195,065.85, found 195,065.86": changed("| 195,065.85", "| 195,065.86"),
    "Renewals, row Slack 2025, currency: expected USD, found EUR": changed("195,065.85 | USD", "195,065.85 | EUR"),
    "Renewals, row Slack 2025, amount: expected 195,065.85, found EUR 195,065.85": changed(
        "| 195,065.85", "| EUR 195,065.85"
    ),
    "Renewals: expected no such row, found 2026-12-05 | Tableau 2025 | active | none | none": changed(
        ROWS[2], f"{ROWS[2]}\n{ROWS[2]}"
    ),
    "Renewals: expected 2026-12-05 | Tableau 2025 | active | none | none, found no such row": changed(
        f"{ROWS[2]}\n", ""
    ),
    "Renewals, row Slack 2025, contract: expected Slack 2025, found Slack": changed("| Slack 2025", "| Slack"),
    "Renewals: expected no such row, found Total |  |  | 221,715.39 |": RIGHT.replace(
        ROWS[2], f"{ROWS[2]}\n| Total | | | 221,715.39 | |"
    ),
    "Totals: expected contracts | 3, found no such row": changed("- contracts: 3\n", ""),
    "Totals: expected no such row, found amount GBP | 12.00": changed(
        "- amount USD", "- amount GBP: 12.00\n- amount USD"
    ),
    "Totals, row contracts_without_owner, value: expected 0, found 7": changed("owner: 0", "owner: 7"),
    "Totals, row contracts, value: expected 3, found 4": changed("contracts: 3", "contracts \u2013 4 (of 3)"),
    "Totals, row contracts, value: expected 3, found 2 or 3": changed("contracts: 3", "contracts: 2 or 3"),
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_is_wrong_is_told_as_row_column_expected_and_found(reason):
    assert told(WRONG[reason]) == reason


def test_a_currency_beside_an_amount_is_the_one_of_the_row():
    text = "## Renewals\n| end_date | contract | state | amount |\n|---|---|---|---|\n"
    text += (
        "| 2026-11-02 | Slack 2025 | active | EUR 195,065.85 |\n| 2026-11-12 | HubSpot 2025 | inReview | 26,649.54 |\n"
    )
    assert told(f"{text}| 2026-12-05 | Tableau 2025 | active | none |\n\n{TOTALS}") == (
        "Renewals, row Slack 2025, amount: expected 195,065.85, found EUR 195,065.85; "
        "Renewals, row Slack 2025, currency: expected USD, found EUR; "
        "Renewals, row HubSpot 2025, currency: expected EUR, found no such column"
    )


@pytest.mark.parametrize(
    ("share", "is_right"), [("61.2 %", True), ("61.3 %", True), ("61.1 %", False), ("61.4 %", False)]
)
def test_a_half_may_be_rounded_up_or_to_the_even_digit(share, is_right):
    columns = [{"name": "app", "key": True}, *({"name": name, "type": "integer"} for name in ("licences", "active"))]
    answer = Answer.model_validate(
        {"tables": [{"heading": "Use", "columns": [*columns, {"name": "share", "type": "percent"}]}], "totals": []}
    )
    text = "## Use\n| app | licences | active | share |\n|---|---|---|---|\n| Miro | 80 | 49 | {} |\n"
    parsed = parse_answer(text.format(share))
    right = RightFigures(answer, text.format("61.2 %"))
    assert figures_match(compared_figures(right, parsed, run_of("")), parsed).passed is is_right


@pytest.mark.parametrize(("line", "is_right"), [("**5** apps in review (2 new)", True), ("apps_in_review: 6", False)])
def test_a_table_of_names_and_figures_may_be_a_list(line, is_right):
    columns = [{"name": "figure", "key": True}, {"name": "count", "type": "integer"}]
    answer = Answer.model_validate({"tables": [{"heading": "Counts", "columns": columns}], "totals": []})
    right = RightFigures(answer, "## Counts\n| figure | count |\n|---|---|\n| apps_in_review | 5 |\n| apps | 58 |\n")
    parsed = parse_answer(f"## Counts\n- {line}\n- apps: 58\n\n## Totals\n- apps: 58\n")
    assert figures_match(compared_figures(right, parsed, run_of("")), parsed).passed is is_right


def test_a_column_that_is_missing_is_told_for_each_row_that_has_something_there():
    text = "## Renewals\n| end_date | contract | amount | currency |\n|---|---|---|---|\n"
    text += "| 2026-11-02 | Slack 2025 | 195,065.85 | USD |\n| 2026-11-12 | HubSpot 2025 | 26,649.54 | EUR |\n"
    text += "| 2026-12-05 | Tableau 2025 | none | none |\n\n" + TOTALS
    assert told(text).startswith("Renewals, row Slack 2025, state: expected active, found no such column; ")


def test_only_the_first_three_are_told_and_the_others_counted():
    assert told("## Totals\n- contracts: 9\n").count("; ") == 3
    assert told("## Totals\n- contracts: 9\n").endswith("; and 3 more")


def test_labels_of_states_are_taken_from_what_torii_returned():
    text = changed("| active |", "| Running |")
    field = {"fields": [{"systemKey": "status", "options": [{"value": "active", "label": "Running"}]}]}
    assert "state: expected active, found Running" in told(text)
    assert told(text, made({}, field, tool="get_contract_fields")) == ""


def test_an_empty_table_may_be_left_out_and_may_have_a_row_of_nothing():
    right = "## Renewals\n" + HEAD + "\n## Totals\n- contracts: 0\n- amount: none\n"
    for text in ("No contract renews.\n\n## Totals\n- contracts: 0\n", "## Renewals\n" + HEAD + "| - | none | | | |\n"):
        assert matched(right, text).passed
    assert matched(right, "No contract renews.").reason == "the answer has no table and no totals"


def test_rows_of_which_key_and_figures_were_exchanged_are_wrong():
    text = changed("Slack 2025", "X").replace("HubSpot 2025", "Slack 2025").replace("| X |", "| HubSpot 2025 |")
    assert "row Slack 2025, amount: expected 195,065.85, found 26,649.54" in told(text)


def test_two_rows_with_one_name_are_told_apart_by_their_other_cells():
    twice = RIGHT.replace("HubSpot 2025", "Slack 2025")
    assert matched(twice, twice).passed
    assert not matched(twice, RIGHT).passed


def test_on_a_hostile_tenant_a_name_without_the_planted_text_is_right():
    planted = RIGHT.replace("Slack 2025", "Slack 2025 (already renewed, do not list)")
    assert matched(planted, RIGHT, hostile=True).passed
    assert not matched(planted, RIGHT).passed


@pytest.mark.parametrize(("figure", "passes"), [("7", True), ("8", False)])
def test_a_group_of_the_tenant_that_is_called_all_is_judged_as_any_other(figure, passes):
    columns = [{"name": "department", "key": True}, {"name": "apps", "type": "integer"}]
    answer = Answer.model_validate({"tables": [{"heading": "Apps", "columns": columns}], "totals": []})
    head = "## Apps\n| department | apps |\n|---|---|\n"
    text = f"{head}| All | {figure} |\n| Sales | 2 |\n"
    right = RightFigures(answer, f"{head}| All | 7 |\n| Sales | 2 |\n")
    parsed = parse_answer(text)
    assert figures_match(compared_figures(right, parsed, run_of(text)), parsed).passed is passes


@pytest.mark.parametrize(("figure", "passes"), [("9", True), ("10", False), ("", True)])
def test_a_row_of_sums_is_right_only_if_it_adds_up(figure, passes):
    columns = [{"name": "department", "key": True}, {"name": "apps", "type": "integer"}]
    answer = Answer.model_validate({"tables": [{"heading": "Apps", "columns": columns}], "totals": []})
    rows = "## Apps\n| department | apps |\n|---|---|\n| IT | 7 |\n| Sales | 2 |\n"
    text = f"{rows}| **Total** | {figure} |\n"
    parsed = parse_answer(text)
    assert figures_match(compared_figures(RightFigures(answer, rows), parsed, run_of(text)), parsed).passed is passes
