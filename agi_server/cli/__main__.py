"""`python -m agi_server.cli` is the `rahyab` command."""

from agi_server.cli import main

main()
