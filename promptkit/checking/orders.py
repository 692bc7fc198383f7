"""What in a text tells the assistant to act, in any language, for a prompt may hold one in another than its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from promptkit.language import Language, Orders


class OrdersToAct:
    """Finds orders to act, by the words of every language."""

    def __init__(self, languages: Iterable[Language]) -> None:
        self._patterns = [pattern for one in languages for pattern in _patterns(one.orders)]

    def found_in(self, line: str) -> Iterator[str]:
        """The verbs of the orders in a line, as they are written there."""
        places = {
            found.span(1): found[1]
            for order, negated in self._patterns
            for found in order.finditer(line)
            if not negated.search(line[: found.start(1)])
        }
        yield from (places[place] for place in sorted(places))


def _patterns(orders: Orders) -> Iterator[tuple[re.Pattern[str], re.Pattern[str]]]:
    """What finds orders, each with what denies one before it."""
    verbs, joins, negations = "|".join(orders.verbs), "|".join(orders.joins), "|".join(orders.negations)
    # What is denied ends where the next command begins: "apps without users, and delete them".
    negated = re.compile(rf"\b(?:{negations})\s+(?:(?!(?:{joins})\b)\w+\s+){{0,2}}$", re.IGNORECASE)
    # A verb is an order at the start of a sentence or line, or after a word that joins two commands.
    begins = rf"(?:^[\s\-*\d.]*|[.!?:;]\s+|\b(?:{joins})\s+)({verbs})\b"
    yield re.compile(begins, re.IGNORECASE), negated
    if orders.closing:
        yield re.compile(rf"\b({'|'.join(orders.closing)})(?=\s*(?:[.!;]|$|{joins}\b))", re.IGNORECASE), negated
