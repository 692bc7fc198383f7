from decimal import Decimal

import pytest

from promptkit.answering.contract import Figures, escaped, write_answer, write_figures
from promptkit.answering.parsed import parse_answer
from promptkit.model import Answer

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


def test_the_figures_of_an_answer_are_written_as_in_the_answer():
    whole = write_answer(ANSWER, FIGURES, EVIDENCE, "[view@1.0.0 12345678]")
    assert whole.startswith(write_figures(ANSWER, FIGURES) + "\n\n## Evidence\n")


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
