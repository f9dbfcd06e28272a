"""The raw limits: the same bytes and rows by the plain clients, each to be read in a minute."""
