"""Values that are written once, under `define`, and used as `$name` wherever they are needed.

`$name` without quotes stands for a whole value, never for a part of a text. A definition may use
others, but not itself.

A mistake in a value is told where an administrator has to mend it. If the value is wrong wherever
it is used, that is the definition: one finding, which names the uses. If it is right at one use and
wrong at another, the definition is not to blame, and each wrong use is told by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Final, TypeAlias

from routing.bare_words import Misread
from routing.catalogue import Level
from routing.documents import DEFINE, Document, Position
from routing.names import suggestion
from routing.problems import Path, Problem, Use, dotted
from routing.yaml_building import MAX_DEPTH

MOST_USED: Final = 100_000
"""Values that references may bring in, in all: definitions that use definitions grow by powers."""

MOST_USES_SHOWN: Final = 3
"""Of the places where a wrong definition is used."""

_Place: TypeAlias = tuple[str, int, int, str]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A document whose references are followed.

    Attributes:
        document: With the values that the references stand for.
        problems: What is wrong with the references.
        hushed: Where a value is missing because of them: nothing more is to be said there.
    """

    document: Document
    problems: tuple[Problem, ...]
    hushed: frozenset[Position]


def resolve(document: Document) -> Resolved:
    """Put the values that are defined in the place of the references to them.

    Args:
        document: As it was read. Its data are changed: nobody else may hold them.
    """
    section = document.data.get(DEFINE, {})
    definitions = _Definitions(document, section if isinstance(section, dict) else {})
    problems = (
        *definitions.unknown(),
        *definitions.circles(),
        *definitions.growth(),
        *definitions.unused(),
    )
    definitions.substitute()
    dropped = definitions.dropped
    followed = {path: name for path, name in document.references.items() if path not in dropped}
    hushed = frozenset(document.nearest(path) for path in dropped)
    return Resolved(replace(document, followed=followed), problems, hushed)


@dataclass(slots=True)
class _Definitions:
    """The definitions of a document, and the references; `dropped` are those that lead nowhere."""

    document: Document
    values: dict[str, object]
    dropped: set[Path] = field(default_factory=set)

    def unknown(self) -> Iterator[Problem]:
        """References to what nobody has defined."""
        for path, name in self._references():
            if name not in self.values:
                hint = suggestion(name, self.values) or f"write {name} under `{DEFINE}`"
                yield self._drop(path, "unknown-definition", f"`${name}` is not defined", hint)

    def circles(self) -> Iterator[Problem]:
        """Definitions that would need themselves: one finding a circle."""
        while circle := self._circle():
            path = next(
                path
                for path, name in self._references()
                if (path[:2], name) == ((DEFINE, circle[0]), circle[1])
            )
            way = " → ".join(f"${name}" for name in circle)
            message = f"`${circle[0]}` is made of itself: {way}"
            hint = "write the value itself in one of these places"
            yield self._drop(path, "circular-definition", message, hint)

    def growth(self) -> Iterator[Problem]:
        """Uses that bring in more, or deeper, than any rules file needs."""
        sizes, depths = self._measures()
        used = 0
        told = False
        for path, name in self._outer():
            used += sizes[name]
            if len(path) + depths[name] > MAX_DEPTH:
                message = f"with `${name}` nested more than {MAX_DEPTH} levels deep"
                yield self._drop(path, "too-deep", message, "let definitions use fewer others")
            elif used > MOST_USED:
                message = f"with `${name}` the definitions bring in more than {MOST_USED:,} values"
                problem = self._drop(
                    path, "definitions-too-large", message, "let definitions use fewer others"
                )
                yield from () if told else (problem,)
                told = True

    def unused(self) -> Iterator[Problem]:
        """Definitions that no reference names, not even one that is wrong where it stands."""
        used = {*self.document.references.values(), *self.document.misused}
        for name in self.values:
            if name not in used:
                message = f'"{name}" is defined and never used'
                hint = f"write ${name}, without quotes, where it is meant; or delete it"
                path: Path = (DEFINE, name)
                yield self.document.problem(path, "unused-definition", message, hint, key=True)

    def substitute(self) -> None:
        """Put values in the place of references: what leads nowhere first, then the definitions."""
        for path in self.dropped:
            lost = Misread(f"${self.document.references[path]}", "a name that leads nowhere")
            self._put(path, lost)
        inner: dict[str, list[tuple[Path, str]]] = defaultdict(list)
        for path, name in self._inner():
            inner[str(path[1])].append((path, name))
        for definition in self._order():
            for path, name in inner[definition]:
                self._put(path, self.values[name])
        for path, name in self._outer():
            self._put(path, self.values[name])

    def _put(self, path: Path, value: object) -> None:
        within: object = self.document.data
        for part in path[:-1]:
            within = within[part]  # type: ignore[index]  # the path leads through collections
        within[path[-1]] = value  # type: ignore[index]  # the same

    def _references(self) -> list[tuple[Path, str]]:
        every = self.document.references.items()
        return [(path, name) for path, name in every if path not in self.dropped]

    def _inner(self) -> list[tuple[Path, str]]:
        """Those within definitions."""
        return [each for each in self._references() if each[0][0] == DEFINE]

    def _outer(self) -> list[tuple[Path, str]]:
        """Those outside."""
        return [each for each in self._references() if each[0][0] != DEFINE]

    def _drop(self, path: Path, code: str, message: str, hint: str) -> Problem:
        self.dropped.add(path)
        at = self.document.nearest(path)
        return Problem(at.file, at.line, at.column, dotted(path), code, message, hint)

    def _order(self) -> tuple[str, ...]:
        """The definitions, each after those that it uses. Raises CycleError."""
        needs: dict[str, set[str]] = {name: set() for name in self.values}
        for path, name in self._inner():
            needs[str(path[1])].add(name)
        return tuple(TopologicalSorter(needs).static_order())

    def _circle(self) -> list[str]:
        """Definitions, each of which uses the next, the last being the first; empty if none."""
        try:
            self._order()
        except CycleError as error:
            return list(reversed(error.args[1]))
        return []

    def _measures(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many values each definition stands for, and how many levels they have."""
        sizes: Counter[str] = Counter()
        depths: Counter[str] = Counter()
        for path in self.document.values if self.document.references else ():
            if path[:1] == (DEFINE,) and len(path) > 1:
                sizes[str(path[1])] += 1
                depths[str(path[1])] = max(depths[str(path[1])], len(path) - 2)
        inner: dict[str, list[tuple[Path, str]]] = defaultdict(list)
        for path, name in self._inner():
            inner[str(path[1])].append((path, name))
        for definition in self._order():
            for path, name in inner[definition]:
                sizes[definition] += sizes[name]
                depths[definition] = max(depths[definition], len(path) - 2 + depths[name])
        return sizes, depths


def told(problems: Iterable[Problem], document: Document) -> Iterator[Problem]:
    """Tell problems that were met through references once each, where they are to be mended."""
    met: dict[_Place, list[tuple[Problem, Use]]] = defaultdict(list)
    for problem in problems:
        if problem.use is None:
            yield problem
        else:
            place = (problem.file, problem.line, problem.column, problem.code)
            met[place].append((problem, problem.use))
    for group in met.values():
        problem, use = group[0]
        wrong_uses = {each.path for _, each in group}
        every_use = _every_use(use.name, document)
        if every_use <= wrong_uses:
            yield _at_definition(problem, use, sorted(dotted(path) for path in every_use))
        else:
            yield from (_at_use(*each, document) for each in group)


def _every_use(name: str, document: Document) -> set[Path]:
    """Where a definition is used, by itself or within another, outside of the definitions."""
    names = {name}
    while True:
        found = {path for path, used in document.followed.items() if used in names}
        outer = {path for path in found if path[0] != DEFINE}
        owners = {str(path[1]) for path in found - outer}
        if owners <= names:
            return outer
        names |= owners


def _at_definition(problem: Problem, use: Use, places: list[str]) -> Problem:
    shown = ", ".join(places[:MOST_USES_SHOWN])
    more = len(places) - MOST_USES_SHOWN
    used = f"{shown} and {more} more" if more > 0 else shown
    message = f"{problem.message} (`${use.name}`, used in {used})"
    return replace(problem, path=use.origin, message=message, use=None)


def _at_use(problem: Problem, use: Use, document: Document) -> Problem:
    name = document.followed[use.path]
    message = f"{problem.message} (`${name}`, which is right elsewhere)"
    hint = f"{problem.hint}, here instead of `${name}`" if problem.hint else ""
    place = replace(problem, file=use.file, line=use.line, column=use.column)
    return replace(place, message=message, hint=hint, use=None)


def one_a_place(resolved: Resolved, *stages: Iterable[Problem]) -> Iterator[Problem]:
    """The problems of each stage, but for places where an earlier stage has found the cause.

    Args:
        resolved: What they are about.
        stages: The stages of looking, the first one being what reading has found.
    """
    taken = {(each.file, each.line, each.column) for each in resolved.hushed}
    for number, stage in enumerate(stages):
        # What is wrong with a reference stands where it is: there, nothing else is to be told.
        fresh = [each for each in stage if number == 0 or _place(each) not in taken]
        yield from told(fresh, resolved.document)
        taken.update(_place(each) for each in fresh if each.level == Level.ERROR)


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column
