"""I10: the seed that was printed gives the schedule of faults that was carried out."""

from collections.abc import Iterator

from faults.checker.books import Books


def check(books: Books) -> Iterator[str]:
    carried_out, given = books.schedules
    if carried_out != given:
        yield "the printed seed gives another schedule of faults than was carried out"
