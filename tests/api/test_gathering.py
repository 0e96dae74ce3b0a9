# SPDX-License-Identifier: Apache-2.0
"""What is written in one turn of the loop goes out in one write, and before the end."""

import asyncio

from ropewalk.api.gathering import GatheringTransport


class Recorder(asyncio.Transport):
    """Notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[object] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.notes.append(bytes(data))

    def write_eof(self) -> None:
        self.notes.append("eof")

    def close(self) -> None:
        self.notes.append("close")

    def is_closing(self) -> bool:
        return "close" in self.notes


def test_writes_of_one_turn_are_one() -> None:
    async def play() -> list[object]:
        recorder = Recorder()
        transport = GatheringTransport(recorder, asyncio.get_running_loop(), lambda: False)
        transport.write(b"head")
        transport.write(b"body")
        await asyncio.sleep(0)
        transport.write(b"next")
        await asyncio.sleep(0)
        return recorder.notes

    assert asyncio.run(play()) == [b"headbody", b"next"]


def test_what_was_gathered_goes_out_before_the_end() -> None:
    async def play() -> list[object]:
        recorder = Recorder()
        transport = GatheringTransport(recorder, asyncio.get_running_loop(), lambda: False)
        transport.write(b"last")
        transport.write_eof()
        transport.write(b"words")
        transport.close()
        transport.write(b"too late")
        await asyncio.sleep(0)
        return recorder.notes

    assert asyncio.run(play()) == [b"last", "eof", b"words", "close"]
