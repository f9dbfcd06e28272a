"""One file for each thing that is measured; `bench.measure.found` reads them all."""
