"""One file for each invariant: `check(books)` gives a sentence for each thing that does not hold."""
