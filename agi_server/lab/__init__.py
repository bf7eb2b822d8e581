"""A private Asterisk with callers and agents, for trying things and for the live tests."""
