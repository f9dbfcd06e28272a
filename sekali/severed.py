"""Connections to a database that were severed without our hearing of it: by a failover, a firewall, a balancer.

A statement on such a connection would wait for ever, and the relay or a subscriber with it.
A limit of time would also end statements that may take long: so the server is asked which of our sessions it still has.
It is told to look after us likewise. Else a process whose machine is gone would keep its locks for two hours.
"""

import logging
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
ASK_SECONDS = 2.0
CONNECT_SECONDS = 10.0
# A pooler in between says another number of the session when a connection begins than the server itself.
GREET = """
    select pg_backend_pid(), set_config('tcp_keepalives_idle', '10', false),
           set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false),
           set_config('tcp_user_timeout', '25000', false)
"""
THERE = text("select pid from pg_stat_activity where pid = any(cast(:pids as int[]))")


class Severed:
    """Of one engine. `look` every few seconds."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._sessions: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._asking = create_async_engine(
            engine.url,
            pool_size=1,
            max_overflow=0,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"timeout": ASK_SECONDS, "command_timeout": ASK_SECONDS},
        )

        @event.listens_for(engine.sync_engine, "connect", insert=True)
        def greet(connection: Any, _record: Any) -> None:
            driver = connection.driver_connection
            try:
                self._sessions[driver] = connection.run_async(lambda one: one.fetchval(GREET, timeout=CONNECT_SECONDS))
            except BaseException:
                driver.terminate()
                raise

    async def look(self) -> int:
        """Ends the severed ones on our side, and returns how many: whoever waits there fails, and tries again."""
        ours = {one: session for one, session in self._sessions.items() if not one.is_closed()}
        if not ours:
            return 0
        try:
            there = await self._there(list(ours.values()))
        except Exception:  # the connection that asks may be a severed one itself
            there = await self._there(list(ours.values()))
        severed = [one for one, session in ours.items() if session not in there and not one.is_closed()]
        for one in severed:
            one.terminate()
        if severed:
            logger.warning("%d connections to the database were severed: they are opened again.", len(severed))
        return len(severed)

    async def close(self) -> None:
        await self._asking.dispose()

    async def _there(self, sessions: list[int]) -> set[int]:
        async with self._asking.connect() as connection:
            # Taken before: a cancelled statement leaves a connection that raises something else when it is asked.
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                return set(await connection.scalars(THERE, {"pids": sessions}))
            except BaseException:
                driver.terminate()
                await connection.invalidate()
                raise
