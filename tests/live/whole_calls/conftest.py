"""The site of the three whole calls, with all that can be said in three languages."""

from collections.abc import Iterator

import pytest

from agi_server.lab.root import Root
from tests.live.speech.conftest import built
from tests.live.speech.site import Site, site_of
from tests.live.whole_calls.calls import RULES


@pytest.fixture
def site(root: Root, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with an empty database."""
    sounds = built(RULES, tmp_path_factory)
    with site_of(RULES, root, sounds, tmp_path_factory.mktemp("whole")) as site:
        yield site
        site.clear()
