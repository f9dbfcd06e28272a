"""How cost grows with partitions, processes and residents; `make bench-scale`."""
