"""One site for all tests of this folder that a worker runs: every caller is somebody else."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agi_server.lab.root import Root
from tests.live.speech.site import Site, build, site_of

RULES = Path(__file__).with_name("rules.yaml")


def built(rules: Path, factory: pytest.TempPathFactory) -> Path:
    """The prompts of these rules, built once for all workers."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    name = rules.parent.name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return build(rules, shared / name)


@pytest.fixture(scope="package")
def site_of_worker(root: Root, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server over the rules beside this file."""
    sounds = built(RULES, tmp_path_factory)
    with site_of(RULES, root, sounds, tmp_path_factory.mktemp("speech")) as site:
        yield site


@pytest.fixture
def site(site_of_worker: Site) -> Iterator[Site]:
    """The site, without calls and agents."""
    yield site_of_worker
    site_of_worker.clear()
