"""Stories of the population registry."""
