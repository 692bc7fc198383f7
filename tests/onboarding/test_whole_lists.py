"""Whether a list is whole, on a session that gives prepared pages."""

import anyio
import pytest

from promptkit.connection.session import Outcome
from promptkit.onboarding.whole_lists import counted_twice, whole
from promptkit.policy.decision import Decision
from promptkit.transcript import CallState

APP = {"id": 1, "name": "Slack", "activeUsersCount": 3}


class Pages:
    """A session in which a list has some pages, each a result or the text of a failure; the other end has its own."""

    def __init__(self, *pages, last=None):
        self._pages = {"asc": pages, "desc": last or [{"rows": [{"id": 1}]}]}

    async def call(self, call):
        order = call.arguments.get("sort", "id:asc").partition(":")[2]
        page = self._pages[order][int(call.arguments.get("cursor") or 0)]
        allowed = Decision(allowed=True, ground="", reason="")
        if isinstance(page, str):
            return Outcome(allowed, CallState.FAILED, page)
        return Outcome(allowed, CallState.EXECUTED, "", page)


def page(*ids, then=None, **more):
    return {"rows": [{"id": one} for one in ids], "nextCursor": then, **more}


def seen(session):
    found = anyio.run(whole, session, "list_apps")
    return found.status.value, found.seen


@pytest.mark.parametrize(
    ("session", "status", "told"),
    [
        (Pages(page(1, 2, then="1"), page(3), last=[page(3, 2, 1)]), "ok", "all 3 rows that this sign-in sees"),
        (Pages(page(1, 2, then="1"), page(2), last=[page(2, 1)]), "fail", "the same rows come again on a later page"),
        (Pages(page(1, 2, total=9), last=[page(2, 1)]), "fail", "it ends after 2 of 9 rows"),
        (Pages(page(1, 2), last=[page(4, 3)]), "fail", "a hidden limit: 2 rows from one end"),
        (Pages(page(1, 2), last=[page(1, 2)]), "unknown", "2 rows; it ignores the order asked for"),
        (Pages("403 not for your role"), "unknown", "list_apps did not answer: 403 not for your role"),
        (Pages(page(1, then="1"), "Too many"), "unknown", "list_apps did not answer: Too many"),
        (Pages(page()), "unknown", "no rows came"),
        (Pages(*(page(one, then=str(one + 1)) for one in range(9))), "ok", "5 rows on 5 pages"),
    ],
)
def test_pages_are_followed_and_what_was_not_read_is_said(session, status, told):
    found = seen(session)
    assert (found[0], found[1][: len(told)]) == (status, told)


@pytest.mark.parametrize(
    ("session", "status", "told"),
    [
        (Pages(page(1, 2, 3)), "ok", "3 active users of Slack in both lists"),
        (Pages(page(1, 2)), "fail", "Slack has 3 active users, and list_application_users gives 2 of them"),
        (Pages("forbidden"), "unknown", "list_application_users did not answer: forbidden"),
    ],
)
def test_a_list_that_a_role_cuts_gives_fewer_users_than_the_app_has(session, status, told):
    found = anyio.run(counted_twice, session, [APP])
    assert (found.status.value, found.seen[: len(told)]) == (status, told)
