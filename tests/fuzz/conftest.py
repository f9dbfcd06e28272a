"""The town of two agencies, here too."""

from tests.sekali.conftest import town

__all__ = ["town"]
