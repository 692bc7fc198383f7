"""Our view tools as a session: each call is decided as everywhere, and behind them only reads go to Torii."""

from __future__ import annotations

from collections.abc import Sequence

from promptkit.answering.view_tools import ANSWER_VIEW, FIND_VIEW, VIEW_TOOLS
from promptkit.connection.session import Outcome, Session, SessionAround, refusal
from promptkit.errors import PromptkitError
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, Definition, ToolPolicy, decide
from promptkit.policy.verdict import Verdict, judge_call
from promptkit.transcript import CallState, RecordedCall
from promptkit.views.pages import ToolResult
from promptkit.views.service import ViewService


class CountedSession(SessionAround):
    """A session with Torii that counts what is asked through it.

    `calls` is how many calls were made, `not_reads` the names of those that are no reviewed read, whatever came of it.

    Args:
        session: makes the calls that are allowed.
        policy: the reviewed tools.
    """

    def __init__(self, session: Session, policy: ToolPolicy) -> None:
        super().__init__(session)
        self._policy = policy
        self.calls = 0
        self.not_reads: list[str] = []

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed."""
        self.calls += 1
        recorded = RecordedCall(call.name, call.name, call.arguments, CallState.UNKNOWN, "")
        if judge_call(recorded, self._policy).verdict is not Verdict.CLEAN:
            self.not_reads.append(call.name)
        return await super().call(call)


class ViewSession:
    """One conversation's session with our view tools.

    Args:
        service: answers the calls that are allowed.
        policy: decides every call.
        caller: whose cursors they are.
    """

    protocol = ""
    server = "promptkit"
    instructions = ""

    def __init__(self, service: ViewService, policy: ToolPolicy, caller: str) -> None:
        self.tools: Sequence[Definition] = tuple(VIEW_TOOLS.values())
        self._service = service
        self._policy = policy
        self._caller = caller

    async def list_tools(self) -> Sequence[Definition]:
        """The three tools, which do not change."""
        return self.tools

    def decide(self, call: ToolCall) -> Decision:
        """What would become of a call; nothing is asked."""
        return decide(call, self._policy)

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed; anything but the three tools is refused here."""
        decision = self.decide(call)
        if not decision.allowed:
            return Outcome(decision, CallState.REFUSED, refusal(decision))
        try:
            result = await self._made(call.name, call.arguments or {})
        except PromptkitError as error:
            told = "; ".join(f"{problem.message}; {problem.fix}" for problem in error.problems)
            return Outcome(decision, CallState.FAILED, told)
        return Outcome(decision, CallState.EXECUTED, result.text, dict(result.data))

    async def _made(self, name: str, arguments: dict[str, object]) -> ToolResult:
        if name == FIND_VIEW:
            return self._service.find(str(arguments["question"]))
        if name == ANSWER_VIEW:
            given = arguments.get("arguments") or {}
            return await self._service.answer(str(arguments["name"]), dict(given), self._caller)  # type: ignore[call-overload]
        return await self._service.next_rows(str(arguments["cursor"]), self._caller)
