"""Reads: the activation form filled from the copies, and what a taxpayer or an officer is shown."""
