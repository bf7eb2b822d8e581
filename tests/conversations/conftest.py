"""Fixtures of the session tests."""

from tests.conversations.sessions import run_on_each_loop

__all__ = ["run_on_each_loop"]
