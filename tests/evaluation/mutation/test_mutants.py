"""What can be wrong in a query, one condition at a time."""

import pytest

from promptkit.evaluation.mutation.mutants import mutants, rewritten


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ("SELECT a FROM t WHERE b = 1", ["b = 1 -> left out", "b = 1 -> b <> 1"]),
        ("SELECT a FROM t WHERE b > 5", ["b > 5 -> left out", "b > 5 -> b >= 5", "b > 5 -> b > 6"]),
        ("SELECT a FROM t WHERE b >= 5", ["b >= 5 -> left out", "b >= 5 -> b > 5", "b >= 5 -> b >= 4"]),
        ("SELECT a FROM t WHERE b < :x", ["b < :x -> left out", "b < :x -> b <= :x"]),
        (
            "SELECT a FROM t WHERE b AND c OR d",
            ["b AND c -> left out", "d -> left out", "b -> left out", "c -> left out"],
        ),
        ("SELECT a FROM t WHERE b IS NULL", ["b IS NULL -> left out"]),
        ("SELECT a FROM t WHERE b NOT NULL", ["NOT b IS NULL -> left out", "NOT b IS NULL -> b IS NULL"]),
        (
            "SELECT a FROM t WHERE b BETWEEN 1 AND 9",
            [f"b BETWEEN 1 AND 9 -> {becomes}" for becomes in ("left out", "without the first", "without the last")],
        ),
        ("SELECT a FROM t GROUP BY a HAVING count(*)", ["COUNT(*) -> left out"]),
        ("SELECT a FROM t LEFT JOIN u ON t.i = u.i", ["LEFT JOIN u ON t.i = u.i -> JOIN u ON t.i = u.i"]),
        (
            "SELECT a FROM t JOIN u ON t.i = u.i AND b",
            ["t.i = u.i -> left out", "t.i = u.i -> t.i <> u.i", "b -> left out"],
        ),
        ("SELECT DISTINCT a FROM t", ["DISTINCT -> left out"]),
        ("SELECT count(DISTINCT a) FROM t", ["DISTINCT a -> left out"]),
        ("SELECT ifnull(a, 0) FROM t", ["COALESCE(a, 0) -> a"]),
        ("SELECT a FROM t ORDER BY b DESC LIMIT 1", ["b DESC -> b ASC NULLS LAST"]),
        ("SELECT a FROM t JOIN u USING (i) ORDER BY b DESC", []),
    ],
)
def test_each_condition_is_changed_in_each_way(query, changes):
    assert [mutant.change for mutant in mutants(query)] == changes


def test_a_mutant_differs_from_its_query_in_one_place_alone():
    queries = [mutant.query for mutant in mutants("SELECT a FROM t WHERE b = 1 AND c")]
    assert queries == [
        "SELECT a FROM t WHERE TRUE AND c",
        "SELECT a FROM t WHERE b <> 1 AND c",
        "SELECT a FROM t WHERE b = 1 AND TRUE",
    ]


def test_a_mutant_knows_where_its_condition_begins():
    query = "SELECT a FROM t\nWHERE b = 1 AND c > 2"
    assert {query[mutant.offset :].partition(" ")[0] for mutant in mutants(query)} == {"b", "c"}


def test_a_mutant_knows_the_conditions_that_it_is_part_of():
    (inner,) = [one for one in mutants("SELECT a FROM t WHERE (b OR c) AND d") if one.condition == "c"]
    assert inner.within == ("(b OR c)",)


def test_an_expression_is_changed_as_a_query_is():
    (mutant,) = mutants("ifnull(:a, 0)", "SELECT ")
    assert (mutant.query, mutant.offset) == (":a", 0)


def test_without_a_change_a_query_stays_the_same():
    query = "SELECT TOTAL(a) FILTER(WHERE NOT b IS NULL) FROM t"
    assert rewritten(query) == query
