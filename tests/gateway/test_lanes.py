"""Lanes: how many are worked on at once, who waits, and whose turn is next."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.gateway.web.lanes import ASKER, AskerGone, Bounds, Lane, LaneFull


class Request:
    """A request whose asker may have gone."""

    def __init__(self, gone: bool = False) -> None:
        self.gone = gone

    async def is_disconnected(self) -> bool:
        return self.gone


def held(lane: Lane, key: str, log: list[str], name: str, release: asyncio.Event) -> asyncio.Task[None]:
    async def hold() -> None:
        async with lane.place(key):
            log.append(name)
            await release.wait()

    return asyncio.create_task(hold())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_askers_take_turns_however_much_one_of_them_sends():
    async def scene() -> list[str]:
        lane, log, release = Lane("x", Bounds(1, 1, 50, 50)), [], asyncio.Event()
        tasks = [held(lane, "flood", log, f"flood {number}", release) for number in range(5)]
        await settle()
        tasks.append(held(lane, "family", log, "family", release))
        await settle()
        release.set()
        await asyncio.gather(*tasks)
        return log

    assert asyncio.run(scene())[:3] == ["flood 0", "flood 1", "family"]


def test_each_asker_has_its_own_bound_and_so_have_all_together():
    async def scene() -> list[str]:
        lane, log, release = Lane("x", Bounds(3, 2, 50, 50)), [], asyncio.Event()
        tasks = [
            held(lane, key, log, f"{key}{number}", release)
            for key, number in [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("c", 1)]
        ]
        await settle()
        at_once = list(log)
        release.set()
        await asyncio.gather(*tasks)
        assert len(log) == 5
        return at_once

    assert asyncio.run(scene()) == ["a1", "a2", "b1"]


def test_who_is_alone_has_more_at_once_until_somebody_else_comes():
    async def scene() -> list[list[str]]:
        now = [100.0]
        lane = Lane("x", Bounds(4, 1, 50, 50, each_alone=2), lambda: now[0])

        async def three_at_once(then: str = "") -> list[str]:
            """Return which of three are worked on at once; `then` comes after them."""
            log, release = [], asyncio.Event()
            tasks = [held(lane, "a", log, f"a{number}", release) for number in range(3)]
            await settle()
            at_once = list(log)
            tasks += [held(lane, asker, log, asker, release) for asker in then]
            await settle()
            release.set()
            await asyncio.gather(*tasks)
            return at_once

        seen = [await three_at_once(then="b"), await three_at_once()]
        now[0] += 11.0
        return [*seen, await three_at_once()]

    assert asyncio.run(scene()) == [["a0", "a1"], ["a0"], ["a0", "a1"]]


@pytest.mark.parametrize(("bounds", "whose"), [(Bounds(1, 1, 9, 1), "asker"), (Bounds(1, 1, 1, 9), "lane")])
def test_without_room_to_wait_one_is_told_at_once_who_is_too_many(bounds, whose):
    async def scene() -> None:
        lane, release = Lane("x", bounds), asyncio.Event()
        tasks = [held(lane, "a", [], "", release) for _ in range(2)]
        await settle()
        with pytest.raises(LaneFull) as full:
            async with lane.place("a"):
                pass
        assert full.value.whose == whose
        release.set()
        await asyncio.gather(*tasks)
        async with lane.place("a"):  # and there is room again
            pass

    asyncio.run(scene())


@pytest.mark.parametrize("moment", ["waiting", "just given its place"])
def test_who_gives_up_waiting_leaves_no_place_behind(moment):
    async def scene() -> None:
        lane, release = Lane("x", Bounds(1, 1, 9, 9)), asyncio.Event()
        first = held(lane, "a", [], "", release)
        await settle()
        second = held(lane, "b", [], "", asyncio.Event())
        await settle()
        if moment == "just given its place":
            release.set()
            while not first.done():
                await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        release.set()
        await first
        async with asyncio.timeout(1), lane.place("c"):
            pass
        assert not lane._waiting and not lane._running

    asyncio.run(scene())


def test_work_runs_in_threads_of_the_lane_and_gives_its_place_back_after_a_failure():
    async def scene() -> None:
        lane = Lane("x", Bounds(1, 1, 0, 0))
        ASKER.set(("a", Request()))
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await lane.run(lambda: 1 / 0)
        assert await lane.run(threading.current_thread) is not threading.main_thread()

    asyncio.run(scene())


def test_nothing_is_done_for_somebody_who_has_gone():
    async def scene() -> None:
        lane = Lane("x", Bounds(1, 1, 0, 0))
        ASKER.set(("a", Request(gone=True)))
        with pytest.raises(AskerGone):
            await lane.run(lambda: pytest.fail("it was done all the same"))

    asyncio.run(scene())
