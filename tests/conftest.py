"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that sets up the process's log does so for its own test only."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
