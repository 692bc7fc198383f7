"""Transcripts -> results: what each conversation called, and whether any of it was more than reading."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from promptkit.answering.view_tools import ANSWER_VIEW
from promptkit.audit.companions import holds_no_conversation, may_hold_calls, why_unread
from promptkit.audit.detect import Detected, detect, readers
from promptkit.audit.gaps import summed_up
from promptkit.audit.location import line_of
from promptkit.audit.reader import Shortcuts, Value
from promptkit.audit.records import Records
from promptkit.audit.said import Shortener
from promptkit.audit.sources import Source, find_sources, missing_parts
from promptkit.audit.spelling import expand_carrier, resolve
from promptkit.audit.stamps import Stamp, find_stamps
from promptkit.errors import PromptkitError
from promptkit.model import ToolClass
from promptkit.policy.decision import BY_REVIEW, ToolPolicy
from promptkit.policy.verdict import Judgement, Verdict, judge_all, judge_call, worst
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation, RecordedCall, Text

# A second process starts in a third of a second, in which the first reads so much.
_WORTH_A_PROCESS_BYTES = 64 * 1024 * 1024
_MAX_CACHED = 10_000
_READ_RULE = "read-tool"
# Of one file whose talk is passed over, the words before so many calls are read again: actions come first.
_MAX_READ_AGAIN = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it is reported: a RecordedCall without its arguments, with its class and the rule that decided.

    `said` is what a person and the model said last before it, in short; of plain reads, and where a format keeps no
    texts, nothing.
    """

    name: str
    tool: str | None
    tool_class: ToolClass
    state: CallState
    location: str
    time: str | None
    ground: str
    said: Sequence[Text] = ()

    @property
    def is_notable(self) -> bool:
        """Whether it is anything but a plain read."""
        return self.ground != _READ_RULE

    def as_json(self) -> dict[str, Any]:
        """The call as `--json` prints it; its time, and what was said, are left out where they are not recorded."""
        time = {"time": self.time} if self.time else {}
        return {
            "name": self.name,
            "tool": self.tool,
            "class": self.tool_class,
            "state": self.state,
            "location": self.location,
            **time,
            "rule": self.ground,
            **({"said": [text._asdict() for text in self.said]} if self.said else {}),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What one conversation shows; or, where `conversation` is empty, what is wrong with a whole file.

    `texts` is empty unless asked for. `format` is None where none was found.
    """

    path: str
    format: str | None
    conversation: str
    verdict: Verdict
    ground: str
    reason: str
    stamps: Sequence[Stamp] = ()
    calls: Sequence[Call] = ()
    texts: Sequence[Text] = ()
    needs: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as `--json` prints it; texts are left out unless they were kept."""
        texts = {"texts": [text._asdict() for text in self.texts]} if self.texts else {}
        return {
            "path": self.path,
            "format": self.format,
            "conversation": self.conversation,
            "verdict": self.verdict,
            "rule": self.ground,
            "reason": self.reason,
            "stamps": [stamp.as_json() for stamp in self.stamps],
            "calls": [call.as_json() for call in self.calls],
            **texts,
        }


@dataclass(frozen=True)
class Audit:
    """All results in the order of the files, and the files that hold no transcript by their name or kind."""

    results: Sequence[Result]
    passed_over: Sequence[str] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict; inconclusive without any result."""
        return worst(result.verdict for result in self.results) if self.results else Verdict.INCONCLUSIVE

    @property
    def summary(self) -> dict[Verdict, int]:
        """How many conversations have each verdict."""
        counts = Counter(result.verdict for result in self.results)
        return {verdict: counts[verdict] for verdict in Verdict}

    def as_json(self) -> dict[str, Any]:
        """The audit as `--json` prints it, ready for json.dumps."""
        results = [result.as_json() for result in self.results]
        return {"verdict": self.verdict, "summary": self.summary, "results": results}


@dataclass(frozen=True)
class Auditor:
    """Audits one file after another.

    Args:
        policy: the reviewed tools.
        format: the name of the format every file has; by default it is found by content.
        keep_texts: keep what people and models wrote. All of it is read then, which is slower.
        show_people: leave names and e-mail addresses in what was said before a call.
    """

    policy: ToolPolicy
    format: str | None = None
    keep_texts: bool = False
    show_people: bool = False
    _decided: dict[tuple[str, CallState, str], Judgement] = field(default_factory=dict, init=False, repr=False)

    def audit_file(self, source: Source) -> list[Result]:
        """The results of one file; empty if it is something that lies beside transcripts."""
        if source.problem:
            return [self._about_file(source, None, source.problem)]
        records = Records(source.open)
        values = iter(records)
        found = Detected(self.format, "", values) if self.format else detect(values)
        if (name := found.format) is None:
            return self._without_format(source, records, found)
        shortcuts = Shortcuts() if self.keep_texts else getattr(readers()[name], "SHORTCUTS", Shortcuts())
        records.use(shortcuts)
        results = self._conversations(source, name, records, found.records)
        return self._with_talk(source, name, results) if shortcuts.prose else results

    def _without_format(self, source: Source, records: Records, found: Detected) -> list[Result]:
        is_read = found.is_something_else and not (records.may_hide_records or may_hold_calls(found.others))
        if is_read and (
            source.is_other or (not source.is_named and holds_no_conversation(source.inside, found.others))
        ):
            return []
        seen = str(records.gaps[0]) if records.gaps else found.seen
        if kind := why_unread(source.inside):
            seen = f"{kind}, which the audit does not read; look at it where it was made"
        return [self._about_file(source, None, seen, "unknown-format")]

    def _conversations(self, source: Source, name: str, records: Records, values: Iterable[Value]) -> list[Result]:
        results: list[Result] = []
        failure = ""
        try:
            for conversation in readers()[name].read(values):
                records.conversation_is_whole()
                results.append(self._judged(source, name, conversation))
        except Exception as error:  # What a hostile file does to a reader must not end the audit of the others.
            failure = f"the reader of {name} failed at it ({type(error).__name__})"
        gaps = [*map(str, records.gaps[:5]), *([failure] if failure else [])]
        if records.layout == "lines" and gaps:
            # A line that cannot be read may belong to any conversation of the file.
            results = [_with_gap(result, gaps[0]) for result in results]
        elif gaps:
            results.append(self._about_file(source, name, gaps[0]))
        if source.is_other and not results and not gaps:
            return []
        return results or [self._about_file(source, name, (gaps or ["it holds no conversation"])[0])]

    def _with_talk(self, source: Source, name: str, results: list[Result]) -> list[Result]:
        """The results with the words before their calls, from lines that were passed over at first."""
        calls = [call for result in results for call in result.calls if call.is_notable]
        calls.sort(key=lambda call: call.tool_class is not ToolClass.ACTION)
        if not (lines := {line for call in calls[:_MAX_READ_AGAIN] if (line := line_of(call.location))}):
            return results
        again = self._read_again(source, name, lines)
        return [replace(result, calls=[_said_again(call, again) for call in result.calls]) for result in results]

    def _read_again(self, source: Source, name: str, lines: Iterable[int]) -> Mapping[str, Sequence[Text]]:
        """What was said before the calls of some lines, by the location of the call."""
        records = Records(source.open)
        records.only_near(lines)
        said: dict[str, Sequence[Text]] = {}
        try:
            for conversation in readers()[name].read(records):
                shorten = Shortener(conversation.texts, show_people=self.show_people)
                said |= {call.location: shorten(call.said) for call in conversation.calls}
        except Exception:  # As before: a reader that fails at a part of a file leaves the words out, and no more.
            return {}
        return said

    def _about_file(self, source: Source, name: str | None, reason: str, rule: str = "gap") -> Result:
        return Result(source.name, name, "", Verdict.INCONCLUSIVE, rule, reason)

    def _judged(self, source: Source, name: str, conversation: Conversation) -> Result:
        calls, judged, gaps = [], [], [*conversation.gaps]
        shorten = Shortener(conversation.texts, show_people=self.show_people)
        for call in self._resolved(conversation.calls):
            judgement = self._judge(call)
            judged.append(judgement)
            if call.refused_by in BY_REVIEW and judgement.verdict is Verdict.CLEAN:
                gaps.append(f"{call.location}: a reviewed read, and it was refused as {call.refused_by}")
            tool_class = self.policy.tool_class(call.tool) if call.tool else ToolClass.UNKNOWN
            noted = Call(call.name, call.tool, tool_class, call.state, call.location, call.time, judgement.ground)
            calls.append(replace(noted, said=shorten(call.said)) if noted.is_notable else noted)
        has_answers = any(call.tool == ANSWER_VIEW and call.state is CallState.EXECUTED for call in calls)
        stamps = find_stamps(conversation.texts, has_answers=has_answers)
        gaps += _mismatch(conversation.stated, judged, conversation)
        worst = judge_all(judged, gaps, may_decline=conversation.may_decline)
        reason = summed_up(gaps) if worst.ground == "gap" else worst.reason
        return Result(
            source.name, name, conversation.id, worst.verdict, worst.ground, reason,
            tuple(stamps), tuple(calls), conversation.texts if self.keep_texts else (), tuple(conversation.needs),
        )  # fmt: skip

    def _resolved(self, calls: Iterable[RecordedCall]) -> Iterator[RecordedCall]:
        for call in calls:
            if call.tool is not None:
                yield replace(call, tool=call.tool if call.tool in self.policy.reviewed else None)
                continue
            for name, arguments in expand_carrier(call.name, call.arguments):
                server = call.server if name == call.name else None
                tool = resolve(name, self.policy.reviewed, server)
                yield replace(call, name=name, arguments=arguments, tool=tool)

    def _judge(self, call: RecordedCall) -> Judgement:
        try:
            arguments = json.dumps(call.arguments)
        except (ValueError, TypeError, RecursionError):
            return judge_call(call, self.policy)
        key = (call.tool or call.name, call.state, arguments)
        if key not in self._decided:
            if len(self._decided) > _MAX_CACHED or len(arguments) > _MAX_CACHED:
                return judge_call(call, self.policy)
            self._decided[key] = judge_call(call, self.policy)
        return self._decided[key]


def _mismatch(stated: str, judged: Sequence[Judgement], conversation: Conversation) -> list[str]:
    """What a record of ours says of its calls, where they show something else: then somebody has edited it."""
    shown = judge_all(judged, conversation.gaps, may_decline=conversation.may_decline).verdict
    if not stated or stated == shown or shown not in {Verdict.CLEAN, Verdict.ATTEMPTED}:
        return []
    return [f"it says {sanitized(stated, 40)}, and its calls show {shown}"]


def _said_again(call: Call, again: Mapping[str, Sequence[Text]]) -> Call:
    return replace(call, said=again.get(call.location, ())) if call.is_notable else call


def _with_gap(result: Result, reason: str) -> Result:
    if result.verdict is Verdict.VIOLATION or result.ground == "gap":
        return result
    return replace(result, verdict=Verdict.INCONCLUSIVE, ground="gap", reason=reason)


def audit(paths: Iterable[Path], auditor: Auditor, jobs: int | None = None, cluster: Executor | None = None) -> Audit:
    """Audit every file below the paths.

    Args:
        paths: files, folders and zip files of transcripts.
        auditor: what to audit them with.
        jobs: processes to use; one per core by default, fewer where the files are small.
        cluster: works on the files in place of processes of this machine; it must see them at the same paths.

    Raises:
        UsageError: a path is not there.
        PromptkitError: a process was killed, as happens when memory runs out.
    """
    sources = find_sources(paths)
    if cluster:
        audited = list(cluster.map(partial(Auditor.audit_file, auditor), sources))
    else:
        audited = _audit_all(sources, auditor, jobs or os.cpu_count() or 1)
    results = [result for found in audited for result in found]
    results += [auditor.audit_file(missing)[0] for missing in missing_parts(sources)]
    passed_over = [source.name for source, found in zip(sources, audited, strict=True) if not found]
    return Audit(_with_needs(results), passed_over)


def _audit_all(sources: Sequence[Source], auditor: Auditor, jobs: int) -> list[list[Result]]:
    jobs = min(jobs, len(sources), 1 + sum(source.size for source in sources) // _WORTH_A_PROCESS_BYTES)
    if jobs < 2:
        return [auditor.audit_file(source) for source in sources]
    chunk = max(1, len(sources) // (jobs * 8))
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
            return list(pool.map(partial(Auditor.audit_file, auditor), sources, chunksize=chunk))
    except BrokenProcessPool as error:
        fix = "use --jobs 1, or audit fewer files at once"
        raise PromptkitError.of("out-of-memory", "a process of the audit was killed", fix) from error


def _with_needs(results: Sequence[Result]) -> list[Result]:
    """The results, those inconclusive that go on in a conversation which is not at hand.

    One that called nothing itself, as where it only starts sub-agents, is judged with those it started.
    """
    names = {result.conversation for result in results}
    found = [
        _with_gap(result, f"{sanitized(missing[0])}, which it refers to, is not among the files")
        if (missing := [needed for needed in result.needs if needed not in names])
        else result
        for result in results
    ]
    at_hand: dict[str, Result] = {}
    for result in found:
        held = at_hand.get(result.conversation, result)
        at_hand[result.conversation] = max(held, result, key=_badness)
    return [_with_started(result, at_hand) for result in found]


def _with_started(result: Result, at_hand: Mapping[str, Result]) -> Result:
    if result.ground != "no-evidence" or not result.needs:
        return result
    started: dict[str, Result] = {}
    waiting = list(result.needs)
    while waiting:
        name = waiting.pop()
        if name not in started and name in at_hand:
            started[name] = at_hand[name]
            waiting += started[name].needs if started[name].ground == "no-evidence" else ()
    judged = [one for one in started.values() if one.ground != "no-evidence" or not one.needs]
    if not judged:
        return result
    hardest = max(judged, key=_badness)
    reason = f"It called nothing itself, and goes on in {sanitized(hardest.conversation)}: {hardest.reason}"
    return replace(result, verdict=hardest.verdict, ground=hardest.ground, reason=reason)


def _badness(result: Result) -> int:
    return list(Verdict).index(result.verdict)
