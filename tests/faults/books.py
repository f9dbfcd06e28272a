"""Books that are in order, of one owner and two subscribers: each test breaks one thing in them."""

from faults.checker.books import Applied, Books, Entered, Entry, Heard, Payment, Row, Said, Source, State

STATES, FACTS = "north.parcel.v1", "north.payment.v1"
KEY, OTHER = "key-1", "key-2"


def in_order() -> Books:
    """Two versions of one parcel, one of another, two payments; the archive copies, the treasury enters."""
    history = {
        (KEY, 1): State("FIELD", "CONTOH A", poison=False),
        (KEY, 2): State("HOUSE", "CONTOH B", poison=False),
        (OTHER, 1): State("FIELD", "CONTOH C", poison=False),
    }
    states = [parcel(offset, place, history) for offset, place in enumerate(history)]
    payments = {1: Payment(KEY, 10), 2: Payment(KEY, 20)}
    facts = [payment(offset, number, one) for offset, (number, one) in enumerate(payments.items())]
    said = {entry.event_id: Said(entry.topic, entry.key, entry.version) for entry in (*states, *facts)}
    archive = Heard(
        copies={"north": {key: row(key, version, history) for key, version in ((KEY, 2), (OTHER, 1))}},
        applied=[Applied("north", KEY, None, 1), Applied("north", KEY, 1, 2), Applied("north", OTHER, None, 1)],
        offsets={(STATES, 0): 3},
    )
    treasury = Heard(
        ledger=[Entered("north", number, one.key, one.amount) for number, one in payments.items()],
        accounts={("north", KEY): (30, 2)},
        marks={entry.event_id for entry in facts},
        offsets={(FACTS, 0): 2},
    )
    return Books(
        sources={"north": Source(history, payments, said)},
        log={STATES: states, FACTS: facts},
        heard={"archive": archive, "treasury": treasury},
        states={STATES: "north"},
        facts={FACTS: "north"},
        ends={(STATES, 0): 3, (FACTS, 0): 2},
        parity=[1.0],
        schedules=("same", "same"),
    )


def parcel(offset: int, place: tuple[str, int], history: dict[tuple[str, int], State]) -> Entry:
    key, version = place
    value = {"use": history[place].use, "owner": {"name": history[place].owner}}
    return Entry(STATES, 0, offset, key, f"state-{offset}", version, value)


def payment(offset: int, number: int, one: Payment) -> Entry:
    value = {"number": number, "amount": one.amount, "note": "paid"}
    return Entry(FACTS, 0, offset, one.key, f"fact-{number}", 0, value)


def row(key: str, version: int, history: dict[tuple[str, int], State]) -> Row:
    state = history[key, version]
    return Row(version, gone=False, values={"use": state.use, "owner": state.owner})
