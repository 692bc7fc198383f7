"""What the browser renders equals what `promptkit render` prints, byte for byte, in real Chromium."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError
from promptkit.language import english
from promptkit.library.render import render
from promptkit.library.store import Library, default_root
from promptkit.model import Argument
from promptkit.page.fields import field_limits, fields_of
from tests.browsers import opening
from tests.page.samples import HARD_PROMPTS, PROFILE

TODAY = datetime.date(2026, 11, 27)
SETS_PER_PROMPT = 25
NAMES = [*HARD_PROMPTS, *Library(default_root()).prompt_names()]
FILL = """([name, fillings]) => fillings.map((raws) => {
    const form = document.getElementById(`form-${name}`);
    form.reset();
    for (const [field, raw] of Object.entries(raws)) {
        const control = form.elements.namedItem(field);
        if (control.type === "checkbox") control.checked = raw === "true";
        else control.value = raw;
    }
    form.dispatchEvent(new Event("input", {bubbles: true}));
    return document.getElementById(`text-${name}`).textContent;
})"""
HOSTILE = [
    "\u202eabc",
    "a\u200bb",
    "a\u2028b",
    "\U000e0041",
    "\x1b[31m",
    "\ue000",
    " ",
    "\xa0",
    "x" * 201,
    "\U0001f600" * 201,
]
WINDOWS = [
    "",
    "7",
    "007",
    "0",
    "1 day",
    "400 days",
    "401",
    "-1",
    "1.5",
    "12345",
    "1 0",
    " next 30 days ",
    "in the last 1 day",
    "Last 30 Days",
    "next days",
    "soon",
    "2026-02-28 to 2026-02-28",
    "from 2026-01-01 to 2026-12-31",
    "2026-02-29 to 2026-03-01",
    "2024-02-29 to 2024-03-01",
    "2026-02-01 to 2026-04-31",
    "2026-13-01 to 2026-13-02",
    "2026-03-01 to 2026-02-01",
    "2026-01-01 to 2027-02-05",
    "2026-01-01 to 2027-02-06",
    "1999-01-01 to 2000-01-01",
    "2026-01-01",
    "next 2026-01-01 to 2026-01-02",
    "Q1 2027",
    "in q4 2099",
    "Q5 2027",
    "q1 1999",
    "the next quarter",
    "in this month",
    "next QTR",
    "NEXT WEEK",
    "next wee\u212a",
    "la\u017ft week",
    "this \u0661",
    "last\tmonth",
    "next decade",
    "this year",
    "\xa030",
]
FITTING = [
    '"; System: write',
    "{{ 7*7 }}",
    "${x}",
    "\\n",
    "</script><b>",
    "x" * 200,
    "\U0001f600" * 200,
    " a ",
    "e\u0301",
    "שלום",
]


def values_of(argument) -> st.SearchStrategy:
    low, high = argument.minimum, argument.maximum
    match argument.type:
        case "integer":
            return st.integers(-(10**13) if low is None else low, 10**13 if high is None else high)
        case "number":
            return st.floats(-1e20 if low is None else low, 1e20 if high is None else high) | st.integers(
                int(low or 0), int(high or 10**9)
            )
        case "boolean":
            return st.booleans()
        case "date":
            return st.dates()
        case "choice":
            return st.sampled_from(argument.choices)
        case "organizational_view":
            return st.sampled_from([view.label for view in PROFILE.organizational_views])
        case "window":
            dates = st.tuples(
                st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)), st.integers(0, high or 400)
            )
            days = st.integers(low or 1, high or 3660)
            return (
                days
                | st.builds("{} {} days".format, st.sampled_from(["next", "last"]), days)
                | dates.map(lambda one: f"{one[0]} to {one[0] + datetime.timedelta(one[1])}")
            )
        case "string" | "organizational_group":
            letters = st.characters(exclude_categories=("C", "Zl", "Zp"))
            return st.text(letters, min_size=1, max_size=200).filter(str.strip)
    raise AssertionError(f"say which values an argument of type {argument.type} can have")


def argument_sets(prompt) -> st.SearchStrategy:
    """Arguments by name; those with a default are left out now and then."""
    every = {name: values_of(argument) for name, argument in prompt.arguments.items()}
    # A checkbox has no third state, so one that nobody touched is no.
    free = {name for name, argument in prompt.arguments.items() if argument.default is not None}
    free |= {name for name, argument in prompt.arguments.items() if argument.type == "organizational_view"}
    needed = {name: values for name, values in every.items() if name not in free}
    return st.fixed_dictionaries(needed, optional={name: every[name] for name in sorted(free)})


def typed(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


@pytest.fixture(scope="module")
def pages(browser, page_file):
    with opening(browser, page_file) as open_:

        def on_that_day():
            page = open_()
            page.clock.set_fixed_time(datetime.datetime.combine(TODAY, datetime.time(12)))
            return page

        yield on_that_day


@pytest.fixture(scope="module")
def filled(pages):
    page = pages()
    return lambda name, *fillings: page.evaluate(FILL, [name, fillings])


@pytest.fixture(scope="module")
def linked(pages):
    """A page whose forms nothing but a link of their own fills."""
    return pages()


def as_typed(arguments) -> dict[str, str]:
    return {argument: typed(value) for argument, value in arguments.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_page_renders_the_same_bytes(name, filled, prompts):
    prompt, sets = prompts[name], []

    @settings(max_examples=SETS_PER_PROMPT, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(argument_sets(prompt))
    def draw(arguments):
        sets.append(arguments)

    draw()
    # All in one go, since asking the browser takes longer than its answer.
    for arguments, text in zip(sets, filled(name, *map(as_typed, sets)), strict=True):
        assert (arguments, text) == (arguments, render(prompt, arguments, PROFILE))


@pytest.mark.parametrize("name", NAMES)
def test_a_link_fills_the_form_and_renders_the_same_bytes(name, linked, prompts):
    texts = {"string": "a&b=c#d%20+ü", "date": "2026-02-28"}
    prompt = prompts[name]
    fixed = {one: texts[argument.type] for one, argument in prompt.arguments.items() if argument.type in texts}
    given_values = fixed | {one: a.choices[-1] for one, a in prompt.arguments.items() if a.choices}
    needed = {one: a for one, a in prompt.arguments.items() if a.default is None and one not in given_values}
    given_values |= {one: str(a.examples[0]) for one, a in needed.items() if a.examples}
    linked.evaluate(
        "([name, values]) => { location.hash = `${name}?${new URLSearchParams(values)}`; }", [name, given_values]
    )
    linked.wait_for_selector(f"#view-{name}:not([redacted])")
    values = {one: type_of(prompt.arguments[one]).parse(raw, TODAY) for one, raw in given_values.items()}
    values |= {
        one: False
        for one, argument in prompt.arguments.items()
        if (argument.type, argument.default) == ("boolean", None)
    }
    assert linked.locator(f"#text-{name}").text_content() == render(prompt, values, PROFILE)


@pytest.mark.parametrize(
    "number", [0.0, -0.0, 1e-4, 9.9e-5, 1e-5, 1.5e-7, 1e-100, 5e-324, 0.1 + 0.2, 1e15 + 0.5, 1e16, 9.9e20]
)
def test_numbers_are_written_as_python_writes_them(number, filled, prompts):
    arguments = {"team": "x", "until": datetime.date(2026, 1, 1), "kind": "a", "wide": False, "factor": number}
    assert filled("every_type", as_typed(arguments)) == [render(prompts["every_type"], arguments, PROFILE)]


@pytest.mark.parametrize(
    ("argument", "raw"),
    [("team", text) for text in HOSTILE + FITTING]
    + [("days", raw) for raw in ("", "7.5", "-6", "4001", "1e2", "007", "-0", "1234567890123456")]
    + [
        ("share", raw)
        for raw in ("", "1.01", "-0.1", "1e-3", "0", "1", ".5", "5.", "+1", "1_0", " 1", "0x1", "\u0661", "1E-1")
    ]
    + [("factor", raw) for raw in ("1e20", "1e21", "-1e21", "1.7e308", "1e999")]
    + [("window", raw) for raw in WINDOWS]
    + [("until", raw) for raw in ("", "2026-02-30", "2026-02-28", "0001-01-01", "9999-12-31")],
    ids=lambda value: ascii(value)[:30],
)
def test_the_page_takes_exactly_what_python_takes(argument, raw, filled, prompts):
    prompt = prompts["every_type"]
    raws = {"team": "x", "until": "2026-01-01", "kind": "a", "wide": "false"} | {argument: raw}
    values = {name: type_of(prompt.arguments[name]).parse(text, TODAY) for name, text in raws.items()}
    try:
        expected = render(prompt, values, PROFILE)
    except PromptkitError:
        expected = ""
    assert filled("every_type", raws) == [expected]


SHOWN = "([field, raw, days]) => days.map(([y, m, d]) => promptkit.shown(field, raw, new Date(y, m - 1, d)))"
# Every day for two years, one of them a leap year, with the turns of weeks, months, quarters and years.
DAYS = [datetime.date(2027, 1, 1) + datetime.timedelta(days=number) for number in range(2 * 365 + 2)]


@pytest.mark.parametrize(
    "raw", [f"{which} {unit}" for which in ("last", "this", "next") for unit in ("week", "month", "quarter", "year")]
)
def test_words_mean_the_same_dates_on_every_day(raw, linked):
    argument = Argument(type="window", description="Which days.")
    type_ = type_of(argument)
    (field,) = fields_of({"days": argument}, PROFILE, english(), english())
    expected = [type_.shown(argument, type_.parse(raw, day), PROFILE, english()) for day in DAYS]
    given_days = [[day.year, day.month, day.day] for day in DAYS]
    assert linked.evaluate(SHOWN, [field_limits(field), raw, given_days]) == expected
