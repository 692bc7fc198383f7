"""Filters by many ids, in as many calls as they need."""

import json

import pytest

from promptkit.answering.long_filters import MAX_FILTER_CHARACTERS, split_by_ids

SHOWN = {"key": "isHidden", "op": "equals", "value": False}


def by(key, values):
    return {"filters": json.dumps([SHOWN, {"key": key, "op": "anyOf", "value": values}]), "sort": "id:asc"}


@pytest.mark.parametrize("key", ["id", "idApp"])
def test_a_filter_by_too_many_ids_is_split_and_names_each_once(key):
    ids = [*range(500_000, 501_600), 500_000]
    parts = list(split_by_ids(by(key, ids)))
    filters = [json.loads(part["filters"]) for part in parts]
    assert [one for _, part in filters for one in part["value"]] == ids[:-1]
    assert all(shown == SHOWN and part["key"] == key and part["op"] == "anyOf" for shown, part in filters)
    assert all(len(part["filters"]) <= MAX_FILTER_CHARACTERS and part["sort"] == "id:asc" for part in parts)


@pytest.mark.parametrize("key", [by("id", [1, 2]), by("department", ["Sales"] * 2000), {"idApp": 1}, {}])
def test_other_calls_stay_as_they_are(key):
    assert list(split_by_ids(key)) == [key]
