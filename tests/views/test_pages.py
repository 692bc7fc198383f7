from decimal import Decimal

from promptkit.answering.analyst import Answered
from promptkit.answering.contract import Figures
from promptkit.language import english
from promptkit.model import Column, Table
from promptkit.views.pages import MAX_BYTES, ToolResult, bounded, rows_that_fit, size_of

TABLE = Table(heading="Apps", columns=(Column(name="app", key=True),))


def fit(*lengths, wide=100):
    rows = [[("x" * wide,)] * length for length in lengths]
    return rows_that_fit([(TABLE, one, [list(row) for row in one]) for one in rows], ToolResult({}, ""), english())


def test_what_fits_is_not_cut():
    assert fit(0, 3, 50) == [0, 3, 50]


def test_a_short_table_is_whole_and_long_ones_share_what_is_left():
    short, *long = fit(5, 1000, 1000)
    assert short == 5
    assert abs(long[0] - long[1]) <= 1
    assert MAX_BYTES - 400 < sum((short, *long)) * 105 <= MAX_BYTES


def test_rows_are_measured_in_bytes_of_whichever_form_is_longer():
    rows = [("é" * 100,)] * 1000
    (plain,) = rows_that_fit([(TABLE, rows, [list(row) for row in rows])], ToolResult({}, ""), english())
    (marked,) = fit(1000)
    assert abs(2 * plain - marked) < 10
    escaped = [("*" * 100,)] * 1000
    (stars,) = rows_that_fit([(TABLE, escaped, [list(row) for row in escaped])], ToolResult({}, ""), english())
    assert abs(2 * stars - marked) < 10


def test_what_is_there_already_takes_room():
    rows = [("x" * 100,)] * 1000
    with_text = rows_that_fit([(TABLE, rows, rows)], ToolResult({}, "y" * (MAX_BYTES - 1000)), english())
    assert with_text == [9]


def test_texts_of_the_tenant_are_cut_where_they_are_longer_than_any_honest_one():
    figures = Figures(([("n" * 100_000, 3, Decimal("1.50"), None)],), {})
    answered = bounded(Answered("", figures, remarks=["r" * 9000], evidence={"Method": "m" * 9000}), english())
    ((name, *others),) = answered.figures.tables[0]
    assert (len(name), name[-1], others) == (1000, "…", [3, Decimal("1.50"), None])
    assert {len(answered.remarks[0]), len(answered.evidence["Method"])} == {1000}


def test_a_text_in_a_row_that_is_cut_is_said_under_gaps():
    figures = Figures(([("n" * 1000,)],), {}, ([("n" * 1001,)],))
    answered = bounded(Answered("", figures, evidence={"Gaps": "none"}), english())
    assert answered.evidence["Gaps"] == "texts in the rows that are longer than 1,000 characters are cut"
    whole = bounded(Answered("", Figures(figures.tables, {}), evidence={"Gaps": "none"}), english())
    assert whole.evidence["Gaps"] == "none"


def test_totals_that_do_not_fit_are_counted_under_gaps():
    totals = {f"spend C{number}": Decimal(number) for number in range(500)}
    answered = bounded(Answered("", Figures((), totals), evidence={"Gaps": "none"}), english())
    shown = len(answered.figures.totals)
    assert 0 < shown < 100
    assert answered.evidence["Gaps"] == f"{500 - shown} totals are not shown, to keep this short"


def test_a_size_is_that_of_json_as_it_is_sent():
    assert size_of({"a": ["é"]}) == len('{"a":["é"]}'.encode())
