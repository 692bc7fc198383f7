from decimal import Decimal

import pytest

from promptkit.answering.contract import (
    Figures,
    differences,
    escaped,
    figures_of,
    parse_answer,
    read_cell,
    write_answer,
)
from promptkit.model import Answer, Column, ColumnType

ANSWER = Answer.model_validate(
    {
        "tables": [
            {
                "heading": "Contracts",
                "columns": [
                    {"name": "contract", "key": True},
                    {"name": "end_date", "type": "date"},
                    {"name": "days", "type": "integer"},
                    {"name": "amount", "type": "money"},
                    {"name": "share", "type": "percent"},
                ],
            }
        ],
        "totals": [{"name": "contracts"}, {"name": "amount", "type": "money", "per": "currency"}],
    }
)
EVIDENCE = {
    "Tools": "list_contracts",
    "Rows": "1 of 1",
    "As of": "today",
    "Filters": "none",
    "Method": "x",
    "Gaps": "none",
}
FIGURES = Figures(
    (
        [
            ("Acme [2026] | gold", "2026-12-01", 1234, Decimal("12345.60"), Decimal("12.5")),
            ("No end", None, 0, None, None),
        ],
    ),
    {"contracts": 2, "amount USD": Decimal("12345.60")},
)


def test_an_answer_is_written_in_the_contract_s_form():
    assert write_answer(ANSWER, FIGURES, EVIDENCE, "[view@1.0.0 12345678]") == (
        "## Contracts\n"
        "| contract | end_date | days | amount | share |\n"
        "|---|---|---|---|---|\n"
        "| Acme \\[2026\\] \\| gold | 2026-12-01 | 1,234 | 12,345.60 | 12.5 % |\n"
        "| No end | none | 0 | none | none |\n"
        "\n"
        "## Totals\n"
        "- contracts: 2\n"
        "- amount USD: 12,345.60\n"
        "\n"
        "## Evidence\n"
        "- Tools: list_contracts\n"
        "- Rows: 1 of 1\n"
        "- As of: today\n"
        "- Filters: none\n"
        "- Method: x\n"
        "- Gaps: none\n"
        "\n"
        "[view@1.0.0 12345678]\n"
    )


def test_what_was_written_reads_back_as_the_same_figures():
    parsed = parse_answer(write_answer(ANSWER, FIGURES, EVIDENCE, "[view@1.0.0 12345678]"))
    assert figures_of(ANSWER, parsed) == FIGURES
    assert parsed.stamp == "[view@1.0.0 12345678]"


def test_the_line_below_a_table_that_was_cut_is_not_a_row():
    text = "## Contracts\n| a | b | c | d | e |\n|---|---|---|---|---|\n| x | none | 0 | none | none |\nand 12 more\n"
    assert figures_of(ANSWER, parse_answer(text)).tables == ([("x", None, 0, None, None)],)


@pytest.mark.parametrize(
    "name",
    [
        "a|b",
        "[x](javascript:alert(1))",
        "![x](https://e.example/?q=1)",
        "<script>",
        "`x`",
        "a\nb",
        "a\x1b[31mb",
        "# x",
        "~~x~~",
    ],
)
def test_a_name_from_the_tenant_cannot_become_markup(name):
    figures = Figures(([(name, None, 0, None, None)],), {})
    html_free = parse_answer(write_answer(ANSWER, figures, EVIDENCE, "[view@1.0.0 12345678]"))
    cell = html_free.tables["Contracts"][1][0]
    assert cell == " ".join("".join(char if char.isprintable() else " " for char in name).split())
    assert "\n" not in escaped(name)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (FIGURES, []),
        (Figures(([FIGURES.tables[0][1], FIGURES.tables[0][0]],), FIGURES.totals), []),
        (
            Figures(([FIGURES.tables[0][0]],), FIGURES.totals),
            ["Contracts: lacks No end | none | 0 | none | none"],
        ),
        (
            Figures((FIGURES.tables[0],), {"contracts": 3, "amount EUR": Decimal("12345.60")}),
            [
                "total amount EUR: 12345.60, expected None",
                "total amount USD: None, expected 12345.60",
                "total contracts: 3, expected 2",
            ],
        ),
        (
            Figures(([*FIGURES.tables[0], FIGURES.tables[0][1]],), FIGURES.totals),
            ["Contracts: has No end | none | 0 | none | none"],
        ),
    ],
)
def test_every_difference_in_rows_and_totals_is_told(found, told):
    assert differences(ANSWER, FIGURES, found) == told


def test_a_cell_that_does_not_fit_its_column_is_told():
    header = "## Contracts\n| contract | end_date | days | amount | share |\n|---|---|---|---|---|\n"
    text = header + "| a | soon | 1 | 1.00 | 1 % |\n"
    with pytest.raises(ValueError, match="end_date: 'soon' is not a date"):
        figures_of(ANSWER, parse_answer(text))


@pytest.mark.parametrize("text", ["NaN", "sNaN", "-Infinity"])
def test_a_cell_that_holds_no_finite_number_is_told(text):
    column = Column(name="amount", type=ColumnType.MONEY)
    with pytest.raises(ValueError, match=f"amount: '{text}' is not a money"):
        read_cell(column, text)


def test_prose_without_tables_has_no_figures():
    assert figures_of(ANSWER, parse_answer("All fine, there are 2 contracts.")) == Figures(([],), {})
