"""What menus ask."""

from ivr import machine
from ivr.keys import Input
from ivr.machine import Again, Invalid, Question, Valid, Verdict
from routing.dialogues import Menu


def menu_question(menu: Menu) -> Question:
    """What a menu asks: what it says, then each key's own offer."""
    keys = frozenset(choice.key for choice in menu.keys)
    offers = tuple(choice.offer for choice in menu.keys if choice.offer is not None)
    wrong = Invalid(menu.wrong_key.say or machine.NOT_A_CHOICE)

    def accept(digits: str) -> Verdict:
        return Valid(digits) if digits in keys else wrong

    return Question(
        id=menu.id,
        say=(*menu.say, *offers),
        input=Input(
            longest=max(map(len, keys)),
            first_key_seconds=menu.first_key_seconds,
            between_keys_seconds=menu.between_keys_seconds,
            choices=keys,
            early_keys=menu.early_keys,
        ),
        accept=accept,
        silence=Again(menu.silence.repeat, menu.silence.say or machine.NOTHING_PRESSED),
        wrong=Again(menu.wrong_key.repeat),
        rounds=menu.silence.repeat + menu.wrong_key.repeat + 1,
    )
