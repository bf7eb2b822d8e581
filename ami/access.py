"""Where a manager interface is, and who we are there."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Access:
    """How to get in.

    Attributes:
        host: Name or address.
        port: TCP.
        user: A section of Asterisk's manager.conf.
        secret: Of that user.
    """

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
