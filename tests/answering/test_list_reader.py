"""One list read page by page, and when it may be incomplete."""

import pytest

from promptkit.answering.list_reader import ListReader, Reply
from promptkit.answering.offer import Offer
from promptkit.language import english
from promptkit.library.recipe import Extent
from tests.answering.offered import Offered, taking

GROUPS = {"field": "state", "aggregationType": "groupBy"}
METRIC = {"field": "expenses", "aggregationType": "metric"}


def read(pages, arguments=None, extent=None, offer=None):
    """A list that was read from a server that gives these pages, and the sizes of pages that were asked for."""
    reader, sizes = ListReader("list_apps", arguments or {}, {}, extent or Extent(), offer), []
    for page in pages:
        sizes.append(reader.call.arguments.get("size"))
        reader.take_reply(Reply("", page))
    assert reader.call is None
    return reader, sizes


def page(*ids, **more):
    return {"apps": [{"id": number} for number in ids], **more}


def test_rows_can_be_taken_while_the_list_is_read():
    reader = ListReader("list_apps", {}, {"slice": None}, Extent())
    reader.take_reply(Reply("", page(1, 2, total=3, nextCursor="b")))
    assert reader.take_rows() == [{"id": 1, "slice": None}, {"id": 2, "slice": None}]
    reader.take_reply(Reply("", page(3, total=3)))
    assert (reader.take_rows(), reader.take_rows()) == ([{"id": 3, "slice": None}], [])
    assert reader.covered.told(english().says) == "list_apps 3 of 3 in 2 pages"


def test_a_call_that_fails_ends_the_list_with_its_words_as_the_gap():
    reader = ListReader("list_apps", {}, {}, Extent())
    reader.take_reply(Reply("Torii is\naway", None))
    assert (reader.call, reader.covered.gap) == (None, "list_apps could not be read: Torii is away")


def test_pages_are_as_large_as_the_server_gives_them():
    offer = Offer(Offered([taking(size={"maximum": 500}, cursor={})]))
    pages = [page(1, total=2, nextCursor="b"), page(2, total=2)]
    assert read(pages, {"size": 50}, offer=offer)[1] == [500, 500]
    assert read(pages, {"size": 50})[1] == [50, 50]
    assert read([page(1, total=2)], {"size": 50}, Extent(1), offer)[1] == [1]
    assert read([{"aggregations": [], "total": 0}], {"size": 1, "aggs": GROUPS}, offer=offer)[1] == [1]


def test_more_pages_without_an_argument_to_ask_for_them_are_a_gap():
    offer = Offer(Offered([taking(size={})]))
    reader, _ = read([page(1, 2, nextCursor="b")], offer=offer)
    assert reader.covered.gap == "list_apps gave 2 rows and more pages, and takes no cursor to read them"


@pytest.mark.parametrize(
    ("last", "is_gap"),
    [
        (page(1, 2), True),
        (page(1), False),
        (page(1, 2, nextCursor=None), False),
        (page(1, 2, total=2), False),
    ],
)
def test_a_full_page_of_a_server_that_says_neither_a_total_nor_an_end_is_a_gap(last, is_gap):
    reader, _ = read([last], {"size": 2})
    assert bool(reader.covered.gap) is is_gap


@pytest.mark.parametrize(
    ("aggs", "groups", "total", "is_gap"),
    [
        (GROUPS, [{"key": "a", "groupCount": 2}], 2, False),
        (GROUPS, [{"key": "a", "groupCount": 2}], 3, True),
        (GROUPS, [{"key": "a", "groupCount": 2}], None, True),
        (METRIC, [{"key": "expenses", "value": 7}], None, False),
    ],
)
def test_groups_that_no_total_confirms_are_a_gap(aggs, groups, total, is_gap):
    reader, _ = read([{"aggregations": groups} | ({} if total is None else {"total": total})], {"aggs": aggs})
    assert bool(reader.covered.gap) is is_gap


@pytest.mark.parametrize("total", [True, "2", 2.5, None])
def test_what_is_no_count_is_no_total(total):
    assert read([page(1, 2, total=total)])[0].covered.total is None
