"""Menus: a key chooses where the call goes."""

from ivr import machine
from ivr.effects import Steps
from ivr.machine import Given
from ivr.talk import Talk
from routing.destinations import Route
from routing.dialogues import Menu


def choose(talk: Talk, menu: Menu) -> Steps[Route]:
    """Lead a caller through a menu."""
    talk.stage = f"menu {menu.id}"
    outcome = yield from talk.ask(menu.id, talk.book.menus[menu.id])
    if isinstance(outcome, Given):
        key = outcome.value
        talk.know_keyed(menu.id, key)
        then = next(choice.then for choice in menu.keys if choice.key == key)
        return (yield from talk.go(menu.id, f"key {key}", then))
    patience = menu.silence if outcome == machine.Nothing("silence") else menu.wrong_key
    return (yield from talk.leave(menu.id, outcome, patience.then))
