"""What tools.yaml lets into the arguments of reads that take more than plain values: the documented shapes alone."""

import json

import pytest

from promptkit.policy.decision import argument_problem
from tests.torii.calls import FILTERS

LISTS = ("list_apps", "list_users", "list_contracts")
AGGREGATIONS = [
    {"field": "state", "aggregationType": "groupBy"},
    {"field": "state", "aggregationType": "groupBy", "options": {"size": 10, "sort": {"field": "key", "order": "asc"}}},
    {"field": "expenses", "aggregationType": "metric", "options": {"metricFunction": "sum"}},
    [{"field": "state", "aggregationType": "groupBy", "aggs": {"field": "id", "aggregationType": "metric"}}],
    {"field": "endDate", "aggregationType": "date_range", "options": {"ranges": [{"from": "2026-01-01"}, {}]}},
    {
        "field": "endDate",
        "aggregationType": "date_histogram",
        "options": {"dateHistogramOptions": {"datePeriod": "monthly", "extendedBounds": {"min": "2026-01-01"}}},
    },
]
REFUSED = [
    {"filters": [{"key": "x", "sql": "DELETE"}]},
    {"filters": [{"key": "x", "op": "run", "value": 1}]},
    {"filters": [{"key": "x", "op": {"value": "equals", "then": "archive"}, "value": 1}]},
    {"filters": [{"key": {"value": "x", "do": 1}}]},
    {"filters": [{"key": "x", "op": "anyOf", "value": [[1]]}]},
    {"filters": [{"key": "x", "op": "equals", "value": {"$where": "1"}}]},
    {"filters": [{"key": "x", "op": "relativeDateLess", "value": {"unit": "days", "value": 1, "run": True}}]},
    {"filters": [{"or": [{"and": [{"key": "x", "sql": 1}]}]}]},
    {"filters": [{"op": "or", "value": [{"key": "x", "sql": 1}]}]},
    {"filters": [{}]},
    {"filters": ["x"]},
    {"filters": {"key": "x"}},
    {"filters": [{"key": "x", "value": 2**53}]},
    {"aggs": {"$where": "x"}},
    {"aggs": {"field": "x", "aggregationType": "script"}},
    {"aggs": {"field": "x", "aggregationType": "groupBy", "options": {"script": "x"}}},
    {"aggs": {"field": "x", "aggregationType": "groupBy", "options": {"size": 10.0}}},
    {"aggs": {"field": "x", "aggregationType": "groupBy", "aggs": {"action": "archive"}}},
    {"aggs": [[{"field": "x", "aggregationType": "groupBy"}]]},
    {"baseFilters": {"action": "archive"}},
    {"baseFilters": {"__proto__": {"x": 1}}},
    {"baseFilters": {"_method": "DELETE"}},
    {"baseFilters": {"state": {"x": 1}}},
    {"baseFilters": {"state": ["x"]}},
    {"baseFilters": {"state\n": "x"}},
    {"baseFilters": []},
]


@pytest.mark.parametrize("as_text", [False, True], ids=["value", "text"])
@pytest.mark.parametrize("number", range(len(REFUSED)))
@pytest.mark.parametrize("tool", LISTS)
def test_a_shape_that_torii_does_not_document_is_refused(library, tool, number, as_text):
    ((name, value),) = REFUSED[number].items()
    given = {name: json.dumps(value) if as_text else value}
    assert argument_problem(library.reviewed_tools[tool], given) is not None


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_every_documented_filter_is_allowed_as_a_value_and_as_text(library, number):
    _, wanted, _ = FILTERS[number]
    for given in ([wanted], json.dumps([wanted])):
        assert argument_problem(library.reviewed_tools["list_apps"], {"filters": given}) is None


@pytest.mark.parametrize("number", range(len(AGGREGATIONS)))
def test_every_documented_aggregation_is_allowed_as_a_value_and_as_text(library, number):
    for given in (AGGREGATIONS[number], json.dumps(AGGREGATIONS[number])):
        assert argument_problem(library.reviewed_tools["list_apps"], {"aggs": given}) is None


def test_plain_filters_are_allowed(library):
    given = {"state": "sanctioned", "isHidden": False, "q": "google", "c_costCenter_2": "A1", "gsuite_department": "IT"}
    for one in (given, json.dumps(given)):
        assert argument_problem(library.reviewed_tools["list_apps"], {"baseFilters": one}) is None


@pytest.mark.parametrize(
    "text",
    [
        '[{"key":"state","key":"id","value":1}]',
        '[{"key":"x","value":NaN}]',
        '[{"key":"x","value":-Infinity}]',
        '[{"key":"x","value":1e400}]',
        '[{"key":"\\ud83d","value":1}]',
        "[" * 5000,
        "[1,]",
        "",
    ],
)
def test_json_in_a_text_is_read_as_strictly_as_any(library, text):
    problem = argument_problem(library.reviewed_tools["list_apps"], {"filters": text})
    assert problem in {"the text is not plain JSON", "'' should be non-empty"}


def test_json_in_a_text_is_no_deeper_than_any_argument(library):
    text = '[{"or":' * 10 + "[]" + "}]" * 10
    problem = argument_problem(library.reviewed_tools["list_apps"], {"filters": text})
    assert problem == "the arguments are too large or too deep"


def test_a_misfit_inside_an_argument_is_named_with_its_place(library):
    given = {"filters": [{"key": "a"}, {"key": "b", "sql": "x"}]}
    problem = argument_problem(library.reviewed_tools["list_apps"], given)
    assert problem == "filters.1: Additional properties are not allowed ('sql' was unexpected)"


@pytest.mark.parametrize("given", ["1,2", "1, 2", [1, "2"]])
def test_ids_of_users_are_numbers(library, given):
    assert argument_problem(library.reviewed_tools["list_users"], {"idUsers": given}) is None


@pytest.mark.parametrize("given", ["1;DROP", "1\n", [[1]], [{"id": 1}], [1.0], ["1 "]])
def test_what_is_not_an_id_is_refused(library, given):
    assert argument_problem(library.reviewed_tools["list_users"], {"idUsers": given}) is not None


def test_the_three_lists_take_the_same_shapes(library):
    for name in ("filters", "aggs", "baseFilters"):
        first, *others = (library.reviewed_tools[tool].arguments[name] for tool in LISTS)
        assert others == [first, first]
