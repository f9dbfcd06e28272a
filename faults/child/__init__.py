"""The agencies' processes: the real bus, wrapped at named points so that it can be ended there."""
