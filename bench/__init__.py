"""Measurements of the path of a fact, each beside its raw limit in the same run."""
