"""Views that are computed for several requests, or longer than one may take."""

import anyio
import pytest

from promptkit.answering.analyst import Answered
from promptkit.answering.contract import Figures
from promptkit.errors import PromptkitError
from promptkit.views.computations import MAX_COMPUTATIONS, Computation, Computations

DONE = Answered("done", Figures((), {}))


class Computing:
    """Something to compute that takes until a test says so."""

    def __init__(self):
        self.begun = self.cancelled = 0
        self.go = anyio.Event()

    async def __call__(self, progress):
        self.begun += 1
        progress(1, 3)
        try:
            await self.go.wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        return DONE


def run(test, **options):
    async def main():
        computations, computing = Computations(**options), Computing()
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group, computations.running(group):
                await test(computations, computing, group)
                group.cancel_scope.cancel()

    anyio.run(main)


async def until(happened):
    while not happened():
        await anyio.sleep(0.001)


def test_two_requests_for_the_same_wait_for_one_computation():
    async def test(computations, computing, group):
        found = []

        async def ask():
            found.append(await computations.get("a", computing))

        group.start_soon(ask)
        group.start_soon(ask)
        await until(lambda: computing.begun)
        computing.go.set()
        await until(lambda: len(found) == 2)
        assert (found, computing.begun) == ([DONE, DONE], 1)

    run(test)


def test_what_takes_longer_than_a_request_may_goes_on_and_is_given_to_whoever_asks_again():
    async def test(computations, computing, group):
        computation = await computations.get("a", computing)
        assert isinstance(computation, Computation)
        assert (computation.made, computation.known) == (1, 3)
        computing.go.set()
        await computation.done.wait()
        assert await computations.get("a", computing) is DONE
        assert computing.begun == 1

    run(test, max_wait_seconds=0.01)


def test_a_cancelled_request_stops_what_nobody_else_waits_for():
    async def test(computations, computing, group):
        async with anyio.create_task_group() as asking:
            asking.start_soon(computations.get, "a", computing)
            await until(lambda: computing.begun)
            asking.cancel_scope.cancel()
        await until(lambda: computing.cancelled)

    run(test)


def test_a_cancelled_request_leaves_what_others_wait_for():
    async def test(computations, computing, group):
        found = []

        async def ask():
            found.append(await computations.get("a", computing))

        group.start_soon(ask)
        async with anyio.create_task_group() as asking:
            asking.start_soon(computations.get, "a", computing)
            await until(lambda: computing.begun)
            asking.cancel_scope.cancel()
        computing.go.set()
        await until(lambda: found)
        assert (found, computing.cancelled) == ([DONE], 0)

    run(test)


def test_a_computation_stops_when_its_time_in_the_background_is_over():
    async def test(computations, computing, group):
        with pytest.raises(PromptkitError, match="slow-computation"):
            await computations.get("a", computing)
        assert computing.cancelled == 1

    run(test, max_seconds=0.01)


def test_an_error_goes_to_whoever_asked_and_not_further():
    async def failing(progress):
        raise PromptkitError.of("no-server", "no answer", "ask again")

    async def test(computations, computing, group):
        with pytest.raises(PromptkitError, match="no-server"):
            await computations.get("a", failing)
        computing.go.set()
        assert await computations.get("a", computing) is DONE

    run(test)


def test_only_so_much_is_computed_at_once():
    async def test(computations, computing, group):
        begun = [await computations.get(number, computing) for number in range(MAX_COMPUTATIONS)]
        with pytest.raises(PromptkitError, match="too-many-computations"):
            await computations.get("one more", computing)
        computing.go.set()
        await begun[0].done.wait()
        assert await computations.get("one more", computing) is DONE

    run(test, max_wait_seconds=0.001)


def test_a_request_hears_how_far_its_view_is():
    async def test(computations, computing, group):
        heard = []

        async def report(made, known):
            heard.append((made, known))
            if made:
                computing.go.set()

        assert await computations.get("a", computing, report) is DONE
        assert heard[-1] == (1, 3)

    run(test)
