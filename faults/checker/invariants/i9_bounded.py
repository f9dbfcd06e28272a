"""I9: memory, outbox rows, connections and open files stay within what was stated."""

from collections.abc import Iterator

from faults.checker.books import Books


def check(books: Books) -> Iterator[str]:
    for size in books.sizes:
        if size.found > size.most:
            yield f"{size.what}: {size.found:.0f}, at most {size.most:.0f}"
