"""Scripts written for pyst2's `asterisk.agi.AGI`, served as they are: docs/moving-from-pyst2.md.

def welcome(agi):
    agi.answer()
    agi.stream_file("hello")

server = AgiServer({"welcome": mount(welcome)})
"""

from agi_server.compat.agi import AGI
from agi_server.compat.loading import load_scripts
from agi_server.compat.mounting import (
    AFTER_HANG_UP_SECONDS,
    MOST_SCRIPTS,
    Script,
    ScriptThreads,
    mount,
)

__all__ = [
    "AFTER_HANG_UP_SECONDS",
    "AGI",
    "MOST_SCRIPTS",
    "Script",
    "ScriptThreads",
    "load_scripts",
    "mount",
]
