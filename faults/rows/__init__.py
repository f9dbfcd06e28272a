"""One small file for each row of the table of faults: its `ROW`."""
