"""What fuzzing has found, and what it found worth keeping, tried again; atheris is not needed."""

# ruff: noqa: D103  the names of the tests say what they test

from pathlib import Path

import pytest

from agi_server.commands import COMMANDS, GetUntrusted
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import EXAMPLES, check, check_words, split

CORPUS = Path(__file__).parent / "corpus"


def test_every_seed_holds():
    for seed in seeds():
        check(seed)


def test_the_corpus_holds():
    inputs = sorted(CORPUS.iterdir())
    assert inputs
    for path in inputs:
        try:
            check(path.read_bytes())
        except BaseException as error:
            error.add_note(f"with {path}")
            raise


def test_every_command_is_asked():
    assert {type(command) for command in EXAMPLES} == {*COMMANDS, GetUntrusted}


def test_an_input_says_how_it_is_split():
    assert list(split(b"E", b"\x00\x02\x01\x02abcdef")) == [b"E", b"a", b"bc", b"def"]
    assert list(split(b"", b"\xc6\x11\x01ab")) == [b"a", b"bbbb"]


def test_a_difference_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.fuzz.targets.split_words", str.split)
    with pytest.raises(AssertionError):
        check_words(b'"a b"')
