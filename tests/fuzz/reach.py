"""Which lines of the code under test an input reaches, one after which: to choose among inputs."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, TypeAlias

import agi_server
from tests.fuzz.targets import check

_PACKAGE: Final = Path(agi_server.__file__).parent
CODE: Final = tuple(
    str(path)
    for path in (
        _PACKAGE / "environment.py",
        _PACKAGE / "protocol.py",
        _PACKAGE / "testing" / "words.py",
        *sorted((_PACKAGE / "commands").glob("*.py")),
    )
)
"""The files under test."""

Step: TypeAlias = tuple[str, int, int]
"""A file, and two lines of it that ran one after the other."""


def steps_of(data: bytes) -> set[Step]:
    """The steps that one input takes."""
    steps: set[Step] = set()
    last: dict[FrameType, int] = {}

    def trace(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ANN401  as sys.settrace has it
        name = frame.f_code.co_filename
        if name not in CODE:
            return None
        if event == "line":
            steps.add((name, last.get(frame, 0), frame.f_lineno))
            last[frame] = frame.f_lineno
        elif event == "return":
            last.pop(frame, None)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        check(data)
    finally:
        sys.settrace(before)
    return steps


def choose(inputs: Iterable[bytes]) -> tuple[list[bytes], set[Step]]:
    """Inputs that together take every step that any takes, short ones before long ones."""
    chosen: list[bytes] = []
    reached: set[Step] = set()
    for data in sorted(inputs, key=lambda one: (len(one), one)):
        steps = steps_of(data)
        if not steps <= reached:
            reached |= steps
            chosen.append(data)
    return chosen, reached


def missed(reached: set[Step]) -> dict[str, list[int]]:
    """By file, the lines inside functions that no step leads to."""
    lines = {(name, line) for name, _, line in reached}
    return {
        Path(name).name: absent
        for name in CODE
        if (absent := [line for line in sorted(_lines(name)) if (name, line) not in lines])
    }


def count_lines() -> int:
    """How many lines there are to reach."""
    return sum(len(_lines(name)) for name in CODE)


def _lines(name: str) -> set[int]:
    """The lines inside the functions of a file."""
    module = compile(Path(name).read_text(encoding="utf-8"), name, "exec")
    return {line for function in _functions(module) for line in _body(function)}


def _functions(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_flags & 2:  # CO_NEWLOCALS: the body of a class has not, and runs at import
                yield inner
            yield from _functions(inner)


def _body(function: CodeType) -> set[int]:
    first = function.co_firstlineno
    return {line for _, _, line in function.co_lines() if line is not None and line > first}
