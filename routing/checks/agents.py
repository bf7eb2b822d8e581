"""Agents: each has a telephone of their own."""

from collections.abc import Iterator

from routing.checks.scene import Scene
from routing.problems import Problem


def problems(scene: Scene) -> Iterator[Problem]:
    """Devices that two agents share."""
    owners: dict[str, str] = {}
    for id_, agent in scene.agents.items():
        if agent is None:
            continue
        owner = owners.setdefault(agent.device, id_)
        if owner != id_:
            message = f'"{agent.device}" is the telephone of "{owner}" already'
            hint = "Asterisk cannot tell two agents on one device apart: give each their own"
            yield scene.at(("agents", id_, "device"), "device-taken", message, hint)
