"""Starts and resumes runs: the header that describes the run, the session, the self-test, then the samples."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from promptkit.agents.cassette import Cassette
from promptkit.agents.eval_spec import EvalSpec, Toolset
from promptkit.agents.journal import Journal, exclusive
from promptkit.agents.turns import Models
from promptkit.answering.view_tools import VIEW_TOOLS
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.live import AuditWatch, preflight
from promptkit.evaluation.plan import Sample, part
from promptkit.evaluation.records.lines import FILE_NAME, Header
from promptkit.evaluation.records.planned import digest_of, subject_digests, told_instructions
from promptkit.evaluation.records.record import read_header, read_record
from promptkit.evaluation.runner import Limits, Progress, limited, run_samples
from promptkit.evaluation.suite import Evaluation, open_evaluation
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE
from promptkit.torii.names import LOCAL_SERVERS

_MAY_DIFFER = {"today", "started", "promptkit"}


@dataclass(frozen=True)
class EvalRun:
    """A run that is about to begin or to continue.

    Args:
        library: where prompts, instructions, cases and attacks come from.
        setup: decides which samples it has.
        samples: every sample of the whole plan, for all shards.
        models: the language models that the setup names.
        folder: where its record is or will be.
        is_resumed: whether the record already exists.
        cassette: records the turns of the models, or replays them instead.
        notes: what a person should know about the tenant after the run; filled while it runs.
    """

    library: Library
    setup: EvalSpec
    samples: Sequence[Sample]
    models: Models
    folder: Path
    is_resumed: bool = False
    cassette: Cassette | None = None
    notes: list[str] = field(default_factory=list)

    async def go(self, limits: Limits, begin: Callable[[int], None], progress: Progress) -> str | None:
        """Run every sample that is not recorded yet.

        Args:
            limits: how fast and how far; what was spent before is added to it.
            begin: is called with the number of samples to run, once the self-test is over.
            progress: is called with each result.

        Returns:
            Why it stopped before the end; None if it did not.

        Raises:
            PromptkitError: the server cannot be used, the record cannot be written, or the library has changed since
                the run began.
        """
        with exclusive(self.folder):
            return await self._go(limits, begin, progress)

    async def _go(self, limits: Limits, begin: Callable[[int], None], progress: Progress) -> str | None:
        samples = part(self.samples, self.setup.shard)
        models = limited(self.models, limits)
        opened = open_evaluation(
            self.library,
            self.setup.server,
            DEFAULT_PROFILE.model_copy(update={"allowed_hosts": self.setup.allowed_hosts}),
            models=models,
            cassette=self.cassette,
            calls_share=limits.calls_share,
            tools=self.setup.tools,
        )
        async with opened as evaluation:
            watch = None
            if self.setup.server not in LOCAL_SERVERS:
                preflight(self.library, self.setup.server, evaluation.session.tools)
                watch = AuditWatch(evaluation.session)
                await watch.begin()
            header = make_header(self.library, self.setup, self.samples, evaluation)
            header = dataclasses.replace(header, replayed=self.cassette.replayed if self.cassette else "")
            with self._open(header) as record:
                done = read_record(self.folder, self.library).results
                for result in done:
                    limits.spend(result.usage)
                self_test, lines = await evaluation.run_self_test(self.library.attacks)
                record.add(*lines, {"kind": "self_test", **dataclasses.asdict(self_test)})
                finished = {result.number for result in done}
                waiting = [sample for sample in samples if sample.number not in finished]
                begin(len(waiting))
                reason = await run_samples(evaluation, waiting, record, limits, progress)
                self.notes.extend(await watch.changes() if watch else [])
                return reason

    def _open(self, header: Header) -> Journal:
        path = self.folder / FILE_NAME
        if not self.is_resumed:
            return Journal.new(path, {"kind": "run", **dataclasses.asdict(header)})
        before, now = (dataclasses.asdict(each) for each in (read_header(self.folder), header))
        if changed := [name for name in now if now[name] != before[name] and name not in _MAY_DIFFER]:
            message = f"these have changed since the run began: {', '.join(changed)}"
            raise PromptkitError.of("run-changed", message, "start a new run, or undo the changes")
        return Journal.resumed(path)


def resumed_setup(folder: Path, asked: EvalSpec) -> EvalSpec:
    """The setup of the run that is recorded in `folder`.

    Raises:
        UsageError: the command line asks for something else.
        PromptkitError: there is no record.
    """
    return asked_again(read_header(folder).setup, asked)


def asked_again(setup: EvalSpec, asked: EvalSpec) -> EvalSpec:
    """The setup of a run that is resumed.

    Raises:
        UsageError: the command line asks for something else.
    """
    if asked not in (EvalSpec(), setup):
        fix = "give --resume without names, and without options that decide which samples there are, such as --model"
        raise UsageError.of("other-run", "a run is resumed with the options it began with", fix)
    return setup


def make_header(library: Library, setup: EvalSpec, samples: Sequence[Sample], evaluation: Evaluation) -> Header:
    """The header of a run."""
    prompts, families = subject_digests(library, samples)
    return Header(
        setup=setup,
        planned=len(samples),
        model=", ".join(setup.models),
        server=setup.server,
        today=evaluation.today.isoformat(),
        started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        promptkit=version("torii-promptkit"),
        tenant=evaluation.tenant,
        tools=_tools_digest(library, setup),
        instructions=told_instructions(library),
        prompts=prompts,
        families=families,
    )


def _tools_digest(library: Library, setup: EvalSpec) -> str:
    lock = library.lock_file.read_bytes()
    return digest_of(lock + json.dumps(VIEW_TOOLS, sort_keys=True).encode() if setup.tools is Toolset.VIEWS else lock)
