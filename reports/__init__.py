"""Reports: pure functions from what the store has kept to tables of figures.

Nothing here reads a clock, a file or a database: `agi_server.cli` hands in what was read.
"""
