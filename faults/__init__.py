"""The fault suite: the bus is broken on purpose, and a checker that shares no code with it looks for what was lost."""
