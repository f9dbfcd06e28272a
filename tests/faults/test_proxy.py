"""What the proxy says that it does to a connection really happens to it."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from faults.stand.network import Side, Silent, Sliced, Slow, Tearing
from faults.stand.proxy import Proxy
from sekali.testing import eventually

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SAID = bytes(range(256)) * 40


class Echo:
    """A server that says back what it hears. `ended`: how many of its connections the other side has ended."""

    def __init__(self) -> None:
        self.heard = b""
        self.ended = 0

    async def has_ended(self) -> bool:
        return self.ended == 1

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while said := await reader.read(1 << 16):
                self.heard += said
                writer.write(said)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self.ended += 1
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, Proxy]]:
    echo = Echo()
    server = await asyncio.start_server(echo.take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    proxy = Proxy(f"{host}:{port}")
    proxy.begin()
    yield echo, proxy
    await proxy.close()
    server.close()


@asynccontextmanager
async def connected(proxy: Proxy) -> AsyncIterator[Streams]:
    host, _, port = proxy.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()


async def echoed(streams: Streams, said: bytes) -> bytes:
    reader, writer = streams
    writer.write(said)
    async with asyncio.timeout(10.0):
        return await reader.readexactly(len(said))


async def silence(reader: asyncio.StreamReader, seconds: float = 0.2) -> None:
    """Nothing comes for so long, not even the end."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await reader.read(1)


async def test_in_calm_all_goes_through_and_is_counted(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    async with connected(proxy) as streams:
        assert await echoed(streams, SAID) == SAID
        streams[1].write_eof()
        assert await streams[0].read() == b""
    assert proxy.carried == {"to": len(SAID), "from": len(SAID)}
    await eventually(server.has_ended, "the end went on to the server")


async def test_latency_holds_up_each_way(echo: tuple[Echo, Proxy]) -> None:
    _, proxy = echo
    async with connected(proxy) as streams, proxy.under(Slow(0.1)) as slow:
        begun = time.monotonic()
        assert await echoed(streams, b"how are you?") == b"how are you?"
        assert time.monotonic() - begun >= 0.2
    assert slow.met == 24


async def test_out_of_a_black_hole_nothing_comes_until_it_is_over_and_then_all_does(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    async with connected(proxy) as streams:
        async with proxy.under(Silent()) as hole:
            streams[1].write(SAID)
            await silence(streams[0])
            assert server.heard == b""
            assert hole.met == len(SAID)
            async with connected(proxy) as another:  # the door opens, and nobody speaks
                another[1].write(b"hello?")
                await silence(another[0])
        async with asyncio.timeout(10.0):
            assert await streams[0].readexactly(len(SAID)) == SAID


@pytest.mark.parametrize(("side", "arrives"), [("to", b""), ("from", b"one way")])
async def test_one_way_is_still_while_the_other_goes_on(echo: tuple[Echo, Proxy], side: Side, arrives: bytes) -> None:
    server, proxy = echo
    async with connected(proxy) as streams:
        async with proxy.under(Silent({side})) as hole:
            streams[1].write(b"one way")
            await silence(streams[0])
            assert server.heard == arrives
        assert hole.met == 7
        async with asyncio.timeout(10.0):
            assert await streams[0].readexactly(7) == b"one way"


async def test_slices_come_one_by_one_and_are_the_whole(echo: tuple[Echo, Proxy]) -> None:
    _, proxy = echo
    async with proxy.under(Sliced(5, Random(1))) as slicer:
        pieces = [piece async for piece in slicer.pieces("a line", "to", SAID)]
        assert max(map(len, pieces)) <= 5
        assert b"".join(pieces) == SAID
        async with connected(proxy) as streams:
            assert await echoed(streams, SAID) == SAID
    assert slicer.met == 3 * len(SAID)


async def test_a_connection_is_reset_in_the_middle_of_what_was_said(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    async with connected(proxy) as (reader, writer):
        async with proxy.under(Tearing(100)) as tearing:
            writer.write(SAID)
            with pytest.raises(ConnectionResetError):
                async with asyncio.timeout(10.0):
                    await reader.readexactly(len(SAID))
        assert 0 < len(server.heard) <= 100
        assert tearing.met == len(SAID)
        assert proxy.torn == 1
    await eventually(server.has_ended, "the server's half was reset too")


async def test_of_a_half_open_connection_only_the_server_knows_the_end(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    async with connected(proxy) as streams:
        assert await echoed(streams, b"before") == b"before"
        assert proxy.leave_half_open() == 1
        await eventually(server.has_ended, "the server has heard the end")
        streams[1].write(b"are you there?")
        await streams[1].drain()
        await silence(streams[0])
        assert (server.heard, proxy.unheard, proxy.half_open) == (b"before", 14, 1)
        async with connected(proxy) as another:
            assert await echoed(another, b"a new one") == b"a new one"

    async def given_up() -> bool:
        return proxy.half_open == 0

    await eventually(given_up, "the client has given it up")


async def test_a_server_that_is_away_ends_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    proxy = Proxy(f"127.0.0.1:{port}")
    proxy.begin()
    async with connected(proxy) as (reader, _):
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(10.0):
                if await reader.read(1) == b"":
                    raise ConnectionResetError
    await proxy.close()
