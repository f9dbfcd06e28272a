"""Reads PostgreSQL, Kafka's log and what lies on disk by itself, and says what does not agree.

It shares no code with the bus (an import contract): a mistake that both make would be found by neither.
"""
