"""docs/reliability.md: what is promised, and what the runs have shown of it; `make faults-report`."""
