"""A language that the program does not speak, and never will."""

NO_LANGUAGE = "qaa"
"""ISO 639 leaves it to everybody: a real one would fail tests on the day it is added."""
