"""A TCP proxy between an agency's processes and one server: a network that can be made bad, and counts."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from faults.stand.network import Calm, Side, Torn

CHUNK = 1 << 16
RESET = struct.pack("ii", 1, 0)  # closing does not wait, and says RST in place of FIN
Weather = TypeVar("Weather", bound=Calm)


class _Line:
    """A client's connection and its other half. `left`: the other half is closed, and the client was not told."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self.server = socket.socket()
        self.left = False
        for one in (self.client, self.server):
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def leave(self) -> None:
        self.left = True
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)

    def close(self, *, torn: bool) -> None:
        for one in (self.client, self.server):
            if torn:
                with suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            one.close()


class Proxy:
    """From `address` to `server`, both host:port. `begin` it in a loop."""

    def __init__(self, server: str) -> None:
        host, _, port = server.rpartition(":")
        self._server = (host, int(port))
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listening.setblocking(False)
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._lines: dict[asyncio.Task[None], _Line] = {}
        self._weather = Calm()
        self._taking: asyncio.Task[None] | None = None
        self.carried: Counter[Side] = Counter()
        """Bytes that went on."""
        self.unheard = 0
        """Bytes that clients have said to connections whose other half is gone."""
        self.torn = 0
        """Connections that were reset here."""

    def begin(self) -> None:
        self._taking = asyncio.create_task(self._take(), name=f"proxy {self.address}")

    async def close(self) -> None:
        tasks = [*self._lines, *([self._taking] if self._taking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listening.close()

    @asynccontextmanager
    async def under(self, weather: Weather) -> AsyncIterator[Weather]:
        """What comes meanwhile meets it, on connections old and new."""
        self._weather = weather
        try:
            yield weather
        finally:
            self._weather = Calm()
            weather.end()

    def leave_half_open(self) -> int:
        """Of each connection the server's half is closed, and the client not told; it may speak on. How many."""
        lines = [line for line in self._lines.values() if not line.left]
        for line in lines:
            line.leave()
        return len(lines)

    @property
    def half_open(self) -> int:
        """Connections that their clients still take for whole."""
        return sum(line.left for line in self._lines.values())

    async def _take(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self._listening)
            line = _Line(client)
            task = asyncio.create_task(self._carry(line))
            self._lines[task] = line
            task.add_done_callback(self._lines.pop)

    async def _carry(self, line: _Line) -> None:
        """Until both sides have ended; where one breaks, the other one is reset too."""
        torn = True
        try:
            async with asyncio.TaskGroup() as both:
                await asyncio.get_running_loop().sock_connect(line.server, self._server)
                both.create_task(self._pump(line, "to", line.client, line.server))
                both.create_task(self._pump(line, "from", line.server, line.client))
            torn = False
        except* Torn:
            self.torn += 1
        except* OSError:  # the server or the client is away
            pass
        finally:
            line.close(torn=torn)

    async def _pump(self, line: _Line, side: Side, source: socket.socket, target: socket.socket) -> None:
        ended = False
        while not ended:
            chunk = await self._heard(line, source)
            ended = not chunk
            async for piece in self._weather.pieces(line, side, chunk):
                if not line.left:
                    await self._say(line, target, piece)
                    self.carried[side] += len(piece)
            if line.left:
                self.unheard += len(chunk) if side == "to" else 0
        if not line.left:
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)

    async def _heard(self, line: _Line, source: socket.socket) -> bytes:
        try:
            return await asyncio.get_running_loop().sock_recv(source, CHUNK)
        except OSError:
            if line.left and source is line.server:
                return b""
            raise

    async def _say(self, line: _Line, target: socket.socket, piece: bytes) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(target, piece)
        except OSError:
            if not line.left:
                raise
