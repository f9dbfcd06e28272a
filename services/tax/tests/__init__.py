"""The tax agency's own tests."""
