"""Right answers written as other people would: other bullets, labels, order, decimals, quotes. They say the same."""
# ruff: noqa: RUF001

import re
from dataclasses import replace

from promptkit.agents.turns import Message
from promptkit.model import ColumnType
from tests.evaluation.written import MONEY, NUMERIC, Written

NOTHINGS = ["none", "-", "–", "n/a", "", "None"]
STATES = {
    "needToClose": ["Need to close", "need to close", "NeedToClose"],
    "inReview": ["In Review", "in review"],
    "evaluationPeriod": ["Evaluation period"],
    "costOptimization": ["Cost optimization"],
    "sanctioned": ["Sanctioned", "SANCTIONED"],
    "discovered": ["Discovered"],
    "closed": ["Closed"],
    "active": ["Active"],
    "yes": ["Yes", "yes"],
    "no": ["No", "no"],
}


def _each(written, kinds, change, names=()):
    for place in list(written.cells(kinds, names)):
        written = written.with_cell(place, change(written.at(place)))
    return written


def without_thousands(written, random):
    """195065.85 for 195,065.85, in tables and totals."""
    written = _each(written, NUMERIC, lambda cell: cell.replace(",", ""))
    return replace(written, totals=tuple((label, value.replace(",", "")) for label, value in written.totals))


def with_the_currency_beside(written, random):
    """The currency of a row stands before its amount too."""
    for table, contract in enumerate(written.answer.tables):
        names = [column.name for column in contract.columns]
        if names.count("currency") != 1 or sum(column.type is ColumnType.MONEY for column in contract.columns) != 1:
            continue
        money = next(at for at, column in enumerate(contract.columns) if column.type is ColumnType.MONEY)
        for row, cells in enumerate(written.tables[table]):
            currency = cells[names.index("currency")]
            if re.search(r"\d", cells[money]) and len(currency) == 3:
                written = written.with_cell((table, row, money), f"{currency} {cells[money]}")
    return written


def with_other_nothings(written, random):
    """Nothing is written in other words."""
    nothing = random.choice(NOTHINGS)
    return _each(written, set(ColumnType), lambda cell: nothing if cell == "none" else cell)


def with_labels_of_states(written, random):
    """States are written as Torii's screens do."""
    return _each(
        written,
        {ColumnType.STRING, ColumnType.BOOLEAN},
        lambda cell: random.choice(STATES[cell]) if cell in STATES else cell,
        names=(),
    )


def with_fewer_decimals(written, random):
    """Percentages are whole, trailing zeros of money are left out."""

    def whole(cell):
        number = re.fullmatch(r"(-?[\d,]+\.\d) %", cell)
        value = float(number[1].replace(",", "")) if number else 0.0
        return f"{value:.0f} %" if number and (round(value) or not value) else cell

    written = _each(written, {ColumnType.PERCENT}, whole)
    return _each(written, MONEY, lambda cell: re.sub(r"\.00$|(?<=\.\d)0$", "", cell))


def with_percent_close(written, random):
    """22.7% for 22.7 %, or without the sign."""
    sign = random.choice(["%", ""])
    return _each(written, {ColumnType.PERCENT}, lambda cell: cell.replace(" %", sign))


def in_code_or_quotes(written, random):
    """Names stand in code marks or in quotes."""
    left, right = random.choice([("`", "`"), ('"', '"'), ("“", "”"), ("**", "**")])

    def marked(cell):
        return f"{left}{cell}{right}" if cell and cell != "none" and "\\" not in cell else cell

    return _each(written, (), marked, names=("app", "contract", "workflow", "category", "state"))


def in_another_order(written, random):
    """Rows are sorted otherwise."""
    return replace(written, tables=tuple(random.sample(list(rows), len(rows)) for rows in written.tables))


def with_lists_in_another_order(written, random):
    """The parts of a list stand in another order, with commas."""

    def turned(cell):
        parts = re.split(r"[,;] ", cell)
        return ", ".join(reversed(parts)) if len(parts) > 1 and not re.search(r"\d", cell) else cell

    return _each(written, {ColumnType.STRING}, turned)


def without_totals_of_zero(written, random):
    """A total of nothing has no line."""
    return replace(written, totals=tuple(one for one in written.totals if one[1] not in {"0", "0.00", "none"}))


def with_dates_in_words(written, random):
    """2 Nov 2026 for 2026-11-02."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    def told(cell):
        day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", cell)
        return f"{int(day[3])} {months[int(day[2]) - 1]} {day[1]}" if day else cell

    return _each(written, {ColumnType.DATE}, told)


REWRITES = [
    without_thousands,
    with_the_currency_beside,
    with_other_nothings,
    with_labels_of_states,
    with_fewer_decimals,
    with_percent_close,
    in_code_or_quotes,
    in_another_order,
    with_lists_in_another_order,
    without_totals_of_zero,
    with_dates_in_words,
]


def _star_bullets(text, random):
    return re.sub(r"(?m)^- ", random.choice(["* ", "+ ", "1. ", "• "]).replace("• ", "- "), text)


def _bold_labels(text, random):
    return re.sub(r"(?m)^- ([^:\n]{1,40}):", r"- **\1:**", text)


def _other_headings(text, random):
    return re.sub(r"(?m)^## (.*)$", random.choice([r"### \1", r"# \1", r"**\1**\n"]), text)


def _totals_as_a_table(text, random):
    head, mark, rest = text.partition("## Totals\n")
    lines, end, after = rest.partition("\n\n")
    rows = "\n".join(
        f"| {label[2:]} | {value} |" for label, _, value in (line.rpartition(": ") for line in lines.splitlines())
    )
    return f"{head}{mark}| total | value |\n|---|---|\n{rows}{end}{after}" if rows else text


def _with_asides(text, random):
    """Something is said of each total, and a dash or an equals sign stands for the colon."""
    head, mark, rest = text.partition("## Totals\n")
    lines, end, after = rest.partition("\n\n")
    sign = random.choice([": ", " – ", " = "])
    aside = random.choice(["", " (all of them, shown or not)", ", as of today"])

    def told(line):
        label, _, value = line.rpartition(": ")
        return f"{label}{sign}{value}{aside}" if label else line

    return f"{head}{mark}" + "\n".join(map(told, lines.splitlines())) + f"{end}{after}"


def _with_a_row_of_sums(text, random):
    """The first table has a row below the others, to add them up, in which nothing is filled in."""
    columns = text.partition("|---|")[0].rpartition("\n|")[2].count("|")
    return re.sub(
        r"((?:^\|.*\|\n)+)",
        lambda rows: f"{rows[0]}| **Total** |{' |' * (columns - 1)}\n",
        text,
        count=1,
        flags=re.M,
    )


def _with_remarks(text, random):
    return f"Here is the view you asked for.\n\n{text}".replace(
        "## Totals", "These are candidates for a review.\n\n## Totals", 1
    )


def _as_it_is(text, random):
    return text


FORMS = [
    _star_bullets,
    _bold_labels,
    _other_headings,
    _totals_as_a_table,
    _with_asides,
    _with_a_row_of_sums,
    _with_remarks,
    _as_it_is,
]


def rewritten(run, answer, random):
    """A run whose answer says the same in another form: one to four changes of cells, and one of the whole."""
    written = Written.of(answer, run.answer)
    for change in random.sample(REWRITES, random.randint(1, 4)):
        written = change(written, random)
    text = random.choice(FORMS)(written.text(), random)
    return replace(run, messages=[*run.messages[:-1], Message("assistant", text)])
