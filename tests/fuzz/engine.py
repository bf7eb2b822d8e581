"""The fuzzer's own process, with the code under test instrumented; see `__main__.py`."""

import sys

import atheris

with atheris.instrument_imports(include=["agi_server"]):
    import agi_server.commands
    import agi_server.environment
    import agi_server.protocol
    import agi_server.testing.words  # noqa: F401  all of them are, by `targets`

from tests.fuzz.targets import check

if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
