"""Kafka or the registry is away: forms open from the copy, what is submitted is kept, and flows when they are back."""

from collections.abc import Iterator
from contextlib import contextmanager

from demo.story.checking import until
from sekali.local.platform import PARTS
from tests.journeys.stack import LIMIT_SECONDS, Melati, Stack


@contextmanager
def away(stack: Stack, part: str) -> Iterator[None]:
    stack.platform.stop(part)
    try:
        yield
    finally:
        stack.platform.up(PARTS)


def wait_at_tax(stack: Stack, melati: Melati) -> None:
    until(
        "her business at tax",
        lambda: stack.views.activation(melati.id).get("trade_name") == melati.shop()["trade_name"],
        LIMIT_SECONDS,
    )


def test_melatis_form_is_filled_and_taken_while_kafka_is_away(stack: Stack) -> None:
    melati = stack.melati()
    with away(stack, "kafka"):
        opened = melati.door.get("portal", "/forms/licensing/business-licence")
        assert opened["counts"]["filled"] == 9
        receipt = melati.send(melati.shop(), 201)
    melati.wait_tracked(receipt["application_id"], "TERBIT")
    wait_at_tax(stack, melati)


def test_melatis_form_is_filled_and_taken_while_the_registry_is_away(stack: Stack) -> None:
    melati = stack.melati()
    with away(stack, "registry"):
        # Fresh processes, which have asked the registry for nothing yet.
        for service in ("licensing", "tax"):
            stack.kill(service)
        for service in ("licensing", "tax"):
            stack.wait_ready(service)
        opened = melati.door.get("portal", "/forms/licensing/business-licence")
        assert opened["counts"]["filled"] == 9
        receipt = melati.send(melati.shop(), 201)
    melati.wait_tracked(receipt["application_id"], "TERBIT")
    wait_at_tax(stack, melati)


def test_kafkas_death_loses_nothing_that_melati_was_answered(stack: Stack) -> None:
    melati = stack.melati()
    receipt = melati.send(melati.shop(), 201)
    stack.kill("kafka")
    second = melati.send(melati.restaurant(), 201)
    melati.wait_tracked(receipt["application_id"], "TERBIT")
    # Tax does not know her as a taxpayer: the question and its answer have both come through.
    melati.wait_tracked(second["application_id"], "PERLU_PERBAIKAN")
    wait_at_tax(stack, melati)
