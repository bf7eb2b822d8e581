"""Lists of rules: their ids, and where they end."""

from collections.abc import Iterator

from routing.checks.plain import mapping, sequence
from routing.checks.scene import Scene
from routing.problems import Path, Problem


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about lists that can be made without looking into conditions."""
    for list_id, raw in mapping(scene.data.get("rules")).items():
        rules = sequence(raw)
        path: Path = ("rules", list_id)
        yield from same_ids(scene, rules, path, "rule")
        for index, rule in enumerate(rules):
            conditional = not isinstance(rule, dict) or "when" in rule
            last = index == len(rules) - 1
            if last and conditional and isinstance(rule, dict):
                message = f'the last rule of "{list_id}" has a `when`: some calls get no answer'
                hint = "end the list with a rule without `when`"
                yield scene.at((*path, index, "when"), "no-last-rule", message, hint, key=True)
            if not last and not conditional:
                message = "this rule has no `when`: none of those after it can ever match"
                hint = "give it a `when`, or move it to the end of the list"
                yield scene.at((*path, index), "unreachable-rules", message, hint)


def same_ids(scene: Scene, items: list[object], path: Path, what: str) -> Iterator[Problem]:
    """Items of a list that have the id of an earlier one."""
    first: dict[object, int] = {}
    for index, item in enumerate(items):
        id_ = mapping(item).get("id")
        if isinstance(id_, str) and first.setdefault(id_, index) != index:
            line = scene.line((*path, first[id_], "id"))
            message = f'a {what} called "{id_}" stands in line {line} already'
            hint = "give each its own id: the journal tells them apart by it"
            yield scene.at((*path, index, "id"), "duplicate-id", message, hint)
