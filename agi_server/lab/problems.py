"""What can go wrong in the lab: one error, whose message says what to do."""


class LabError(Exception):
    """The lab cannot do what was asked: the message says what happened and what to do about it."""
