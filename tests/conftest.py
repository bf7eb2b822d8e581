"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# How long one example may take depends on how busy the machine is: no test is about that.
settings.register_profile("unhurried", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=12)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that sets up the process's log does so for its own test only."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
