"""Work in a fresh process: nothing of the measuring program weighs on its memory or its garbage collector."""

import asyncio
import logging
import multiprocessing
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from typing import Any, ParamSpec, TypeVar

import uvloop

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


async def elsewhere(
    work: Callable[Given, Coroutine[Any, Any, Answer]], *args: Given.args, **named: Given.kwargs
) -> Answer:
    """The answer of a module's own coroutine function; arguments, answer and errors travel by pickle."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    try:
        return await asyncio.wrap_future(pool.submit(_run, work, args, named))
    finally:
        pool.shutdown(wait=False)


def _run(work: Callable[..., Coroutine[Any, Any, Answer]], args: tuple[Any, ...], named: dict[str, Any]) -> Answer:
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a group that is formed anew is an ERROR there
    return uvloop.run(work(*args, **named))  # as the services do
