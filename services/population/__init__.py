"""The population registry (Dukcapil): owner of who lives where, with whom, under which name."""
