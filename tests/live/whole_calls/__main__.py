"""Make docs/transcripts.md anew: `python -m tests.live.whole_calls`, as root."""

import tempfile
from pathlib import Path

from agi_server.lab.root import find_root
from tests.live.speech.site import build, site_of
from tests.live.whole_calls.calls import PAGE, RULES, make_page

with tempfile.TemporaryDirectory(prefix="calls") as name:
    folder = Path(name)
    with site_of(RULES, find_root(), build(RULES, folder), folder) as site:
        PAGE.write_text(make_page(site), encoding="utf-8")
