"""Tests of the licensing agency."""
