"""An agency on the bus: FastStream's subscriptions, the relay, the workers, and their life together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from faststream.kafka import KafkaBroker
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import beats, collector, effect, gauges, migrations, outbox, severed
from sekali.agreement import Agreement
from sekali.applying import Applying
from sekali.contracts import Catalogue
from sekali.database import Clock, Database, utc_now
from sekali.erasure import ERASURES, Erasures, collect
from sekali.errors import SekaliError
from sekali.inbox import Inbox
from sekali.kafka import REQUEST_MS, addresses, connection, librdkafka, security
from sekali.listening import listen
from sekali.log import Current
from sekali.parking import Parked
from sekali.redriving import Redriving
from sekali.registry import Registry
from sekali.relay import Relay
from sekali.retention import Sweeper
from sekali.sealing import Keyring
from sekali.settings import AgencySettings
from sekali.subscription import Subscription
from sekali.tokens import Speaker
from sekali.tombstones import kept_seconds
from sekali.vault import source_of

logger = logging.getLogger(__name__)
PARKED_SECONDS = 1.0
MEASURE_SECONDS = 2.0
CONFIRM_SECONDS = 1.0
AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Worker:
    """Something that an agency does by itself every so often, such as looking at its clocks."""

    name: str
    every: timedelta
    run: "Callable[[Bus], Awaitable[None]]"


class Bus:
    """Built in an agency's app.py, started and stopped with its doors.

    `current`: for each state topic that the agency says, what gives the present state of keys under lock.
    """

    def __init__(
        self,
        settings: AgencySettings,
        *,
        inbox: Inbox,
        current: Mapping[str, Current] | None = None,
        workers: Sequence[Worker] = (),
        clock: Clock = utc_now,
    ) -> None:
        self.settings = settings
        self.agency = settings.agency
        self.clock = clock
        self.speaker = Speaker(settings, clock)
        self.catalogue = Catalogue.load(settings.root)
        self.registry = Registry(settings.registry_url)
        self._inbox = inbox
        self._workers = workers
        self._keyring = Keyring(source_of(self.agency, settings.keyring))
        self._parked = asyncio.Event()
        writer = outbox.Writer(self.agency, self.catalogue, self._keyring, self._wake_relay)
        self.erasures = Erasures(self.catalogue, inbox.declared)
        info = {outbox.WRITER: writer, ERASURES: self.erasures}
        self.database = Database(settings.database_url, info=info, clock=clock)
        self.relay = Relay(
            self.agency,
            database=self.database,
            catalogue=self.catalogue,
            registry=self.registry,
            connection=connection(settings),
            current=current or {},
        )
        self.broker = KafkaBroker(
            addresses(settings),
            security=security(settings),
            client_id=self.agency,
            request_timeout_ms=REQUEST_MS,
            logger=logger,
            log_level=logging.DEBUG,  # of "Received" and "Processed", for each batch
            apply_types=False,  # a batch is handed on as it is: finding that out took a thread each time
        )
        self.sweeper = Sweeper(self.agency, Path(settings.root), inbox.declared)
        self.subscriptions: dict[str, Subscription] = {}
        self.applying: dict[str, Applying] = {}
        self._without_contract: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._check(current or {})
        self._subscribe()
        self._parking = Parked(self.applying)
        self._redriving = Redriving(self.applying)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """One use case, one transaction."""
        return self.database.transaction()

    async def start(self) -> None:
        """Migrate, then carry, hear and work until `stop`."""
        collector.calm()
        own = Path(self.settings.root) / "services" / self.agency / "migrations"
        library = Path(migrations.__file__).parent
        await self.database.migrate([library / "versions", own], library)
        self._tasks.append(asyncio.create_task(self.relay.run(), name="relay"))
        self._tasks.append(asyncio.create_task(self._run_waiting(), name="waiting"))
        own_workers = [
            Worker("measure", timedelta(seconds=MEASURE_SECONDS), _measure),
            Worker("look after connections", timedelta(seconds=severed.LOOK_SECONDS), _look_after_connections),
            Worker("prune", timedelta(hours=1), _prune),
            Worker("sweep", timedelta(hours=1), _sweep),
            Worker("beat", beats.EVERY / 6, _beat),
            Worker("collect confirmations of erasures", timedelta(seconds=CONFIRM_SECONDS), _collect),
            *self._workers,
        ]
        self._tasks += [asyncio.create_task(self._repeat(worker), name=worker.name) for worker in own_workers]
        # Kafka may be away: doors open all the same, and hearing begins when it is back.
        self._tasks.append(asyncio.create_task(self._hear(), name="hear"))

    async def stop(self) -> None:
        await _ended(self._tasks)
        self._tasks.clear()
        for subscription in self.subscriptions.values():
            subscription.close()
        await self.broker.stop()
        for subscription in self.subscriptions.values():
            await subscription.closed()
        await self.registry.close()
        await self.database.close()

    async def ready(self) -> dict[str, str]:
        """Part -> "ok", or what is wrong, in words."""
        parts = {"database": "ok", "relay": self.relay.trouble or "ok"}
        try:
            async with asyncio.timeout(2.0), self.transaction() as session:
                await session.execute(text("select 1"))
        except Exception as error:
            parts["database"] = f"does not answer ({type(error).__name__})"
        for topic, subscription in self.subscriptions.items():
            parts[topic] = subscription.trouble or "ok"
        return parts | self._without_contract

    def _check(self, current: Mapping[str, Current]) -> None:
        for card in self.catalogue.says(self.agency):
            if card.kind == "state" and card.topic not in current:
                raise SekaliError(
                    f"{self.agency} says the state topic {card.topic} and gives no way to say its present state again: "
                    f"hand it to Bus(current=…) in services/{self.agency}/app.py."
                )
        for contract in self.catalogue.hears(self.agency):
            if contract.topic not in self._inbox.declared:
                raise SekaliError(
                    f"{self.agency} has a contract on {contract.topic} and does nothing with it: "
                    f"declare a projection or an effect in services/{self.agency}/inbox.py, or remove the contract."
                )

    def _subscribe(self) -> None:
        for topic, declared in self._inbox.declared.items():
            contract = self.catalogue.contracts.get((self.agency, topic))
            if contract is None or topic not in self.catalogue.cards:
                path = f"contracts/{self.agency}/{topic}.avsc"
                self._without_contract[topic] = f"not heard: there is no contract {path}."
                logger.error("%s is not heard: there is no contract %s.", topic, path)
                continue
            state = self.catalogue.cards[topic].kind == "state"
            agreement = Agreement(contract, Path(self.settings.root), self.clock)
            self.applying[topic] = Applying(
                contract,
                declared=declared,
                state=state,
                registry=self.registry,
                keyring=self._keyring,
                agreement=agreement,
                erasures=self.erasures,
                beats=beats.keys_of(self.catalogue.cards[topic]) if state else (),
                wake_parked=self._parked.set,
            )
            asked = (connection(self.settings), f"{self.agency}.tombstones", self.catalogue.cards[topic])
            subscription = Subscription(
                self.applying[topic],
                database=self.database,
                agreement=agreement,
                kept=partial(kept_seconds, *asked) if state else None,
            )
            self.subscriptions[topic] = subscription
            listen(self.broker, subscription, self.settings.instance, librdkafka(self.settings))

    def _wake_relay(self) -> None:
        self.relay.wake()

    async def _hear(self) -> None:
        if not self.subscriptions:
            return
        wait = 0.5
        while True:
            try:
                await self.broker.start()
            except Exception as error:
                logger.warning("Kafka cannot be reached (%s); trying again in %.1f s.", type(error).__name__, wait)
                await self.broker.stop()
                await asyncio.sleep(wait)
                wait = min(wait * 2, 10.0)
            else:
                return

    async def _run_waiting(self) -> None:
        """Parked effects that are ready, then dead letters that are to be run again, each in its own transaction."""
        while True:
            if await self._tried(self._parking.run_next) or await self._tried(self._redriving.run_next):
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(PARKED_SECONDS):
                    await self._parked.wait()
            self._parked.clear()

    async def _tried(self, run_next: Callable[[AsyncSession], Awaitable[bool]]) -> bool:
        try:
            async with self.transaction() as session:
                return await run_next(session)
        except Exception as error:
            logger.warning("A parked effect or a dead letter waits: %s", _told(error))
            return False

    async def _repeat(self, worker: Worker) -> None:
        while True:
            try:
                await worker.run(self)
            except Exception as error:
                logger.warning("The worker %s failed and goes on: %s", worker.name, _told(error))
            await asyncio.sleep(worker.every.total_seconds())


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """A task group forgets that it was cancelled when one of its tasks fails just then: so it is said again."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_SECONDS)


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, SekaliError) else type(error).__name__


async def _measure(bus: Bus) -> None:
    for subscription in bus.subscriptions.values():
        subscription.look()
    async with bus.transaction() as session:
        await gauges.measure(session, bus.subscriptions)


async def _look_after_connections(bus: Bus) -> None:
    await bus.database.severed.look()


async def _prune(bus: Bus) -> None:
    async with bus.transaction() as session:
        await effect.prune(session)


async def _sweep(bus: Bus) -> None:
    await bus.sweeper.sweep(bus.transaction)


async def _beat(bus: Bus) -> None:
    async with bus.transaction() as session:
        await beats.beat(session, bus.catalogue, bus.agency)


async def _collect(bus: Bus) -> None:
    await collect(bus.transaction, bus.speaker, bus.settings.doors)
