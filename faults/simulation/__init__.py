"""S1: the bus's own state machines under a seeded scheduler, many small stories a minute.

PostgreSQL is real; Kafka and time are simulated. One statement is under way at a time, and the seed picks whose.
"""
