"""Whether lists are whole: read to their end, from both ends, and compared with what another tool counts.

A role can hide the same rows from every tool. Nothing that is read shows that, and each finding leaves it open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from promptkit.answering.rows import Row, rows_of
from promptkit.connection.session import Session
from promptkit.model import ToolCall
from promptkit.onboarding.finding import CheckStatus, Finding
from promptkit.text import sanitized

LISTS = ("list_apps", "list_users", "list_contracts")
_PAGE = 1000
_MAX_PAGES = 5
_AGAIN = "do not use figures from it; ask the server's admin for its limit, and try again"


@dataclass
class ListRead:
    """What came of a list: its rows, the total that it gives if any, whether more follow, and why a read failed."""

    rows: list[Row] = field(default_factory=list)
    total: object = None
    has_more: bool = False
    problem: str = ""

    @property
    def ids(self) -> list[object]:
        """The ids of the rows, in order."""
        return [row.get("id") for row in self.rows]


async def read_list(session: Session, tool: str, arguments: dict[str, Any], pages: int = 1) -> ListRead:
    """A list up to its end, or up to a number of pages."""
    found, cursor = ListRead(), None
    for _ in range(pages):
        asked = {**arguments, "cursor": cursor} if cursor else arguments
        outcome = await session.call(ToolCall(name=tool, arguments=asked))
        if outcome.data is None:
            found.problem = f"{tool} did not answer: {sanitized(' '.join(outcome.text.split()), 200)}"
            return found
        found.rows += rows_of(outcome.data)
        found.total, cursor = outcome.data.get("total"), outcome.data.get("nextCursor")
        found.has_more = bool(cursor)
        if not cursor:
            break
    return found


def unread(check: str, read: ListRead, seen: str) -> Finding:
    """A finding about rows that did not come, with the reason if the server gave one."""
    return Finding(check, CheckStatus.UNKNOWN, read.problem or seen, "compare with Torii itself: a role can hide rows")


async def whole(session: Session, tool: str) -> Finding:
    """Whether a list can be read to its end. A hidden limit shows when the other end of the list holds other rows."""
    arguments = {"fields": "id", "size": _PAGE}
    first = await read_list(session, tool, arguments | {"sort": "id:asc"}, _MAX_PAGES)
    last = await read_list(session, tool, arguments | {"sort": "id:desc"})
    check = f"whole {tool}"
    if first.problem or not first.rows or last.problem:
        return unread(check, first if first.problem else last, "no rows came, so nobody knows whether rows are missing")
    if wrong := _why_not_whole(first) or _why_not_whole(last) or _hidden_limit(first, last):
        return Finding(check, CheckStatus.FAIL, wrong, _AGAIN)
    if first.has_more:
        of = f" of {sanitized(first.total, 20)}" if first.total is not None else ""
        seen = f"{len(first.rows):,}{of} rows on {_MAX_PAGES} pages, each with a next one; what follows was not read"
        return Finding(check, CheckStatus.OK, seen)
    if first.ids[: len(last.ids)] == last.ids and len(last.ids) > 1:
        seen = f"{len(first.rows):,} rows; it ignores the order asked for, so a hidden limit would not show"
        return Finding(check, CheckStatus.UNKNOWN, seen, "compare the number with Torii's own screen")
    return Finding(
        check, CheckStatus.OK, f"all {len(first.rows):,} rows that this sign-in sees, the same from both ends"
    )


def _why_not_whole(read: ListRead) -> str:
    if len({*map(str, read.ids)}) < len(read.ids):
        return "the same rows come again on a later page"
    if not read.has_more and read.total is not None and read.total != len(read.rows):
        return f"it ends after {len(read.rows):,} of {sanitized(read.total, 20)} rows, and offers no next page"
    return ""


def _hidden_limit(first: ListRead, last: ListRead) -> str:
    if first.has_more or {*map(str, last.ids)} <= {*map(str, first.ids)}:
        return ""
    return f"a hidden limit: {len(first.rows):,} rows from one end and {len(last.rows):,} other ones from the other"


async def counted_twice(session: Session, apps: Sequence[Row]) -> Finding:
    """Whether the users of an app are as many as the app says: a list that a role cuts short gives fewer."""
    check = "users counted twice"
    app = next((row for row in apps if isinstance(row.get("activeUsersCount"), int) and row["activeUsersCount"]), None)
    if app is None:
        return Finding(check, CheckStatus.UNKNOWN, "no app with a number of users came", "look in Torii for one")
    arguments = {"idApp": app["id"], "status": "active", "fields": "idUser", "size": _PAGE}
    read = await read_list(session, "list_application_users", arguments, _MAX_PAGES)
    if read.problem or read.has_more:
        return unread(check, read, f"{len(read.rows):,} users of an app came, and more would follow")
    name, counted = sanitized(app.get("name"), 80), app["activeUsersCount"]
    if len(read.rows) >= counted:
        seen = f"{counted:,} active users of {name} in both lists; what a role hides from both would not show"
        return Finding(check, CheckStatus.OK, seen)
    seen = f"{name} has {counted:,} active users, and list_application_users gives {len(read.rows):,} of them"
    return Finding(
        check, CheckStatus.FAIL, seen, "a role can cut a list: sign in with the Read-only role, and try again"
    )
