"""docs/performance.md and its pictures, made of the committed results; `make bench-report`."""
