"""A program that knows who has which number, for the look-up over HTTP."""

import threading

from tests.crm.links.standing_in import Handler, Request, Response, StandIn

NUMBER = "+37120000001"
"""Of the one whom it knows."""


class Directory(StandIn):
    """Knows who has which number; who `waits` gets an answer while it is `open`."""

    def __init__(self) -> None:
        super().__init__()
        self.names = {NUMBER: "Sāra"}
        self.open = threading.Event()
        self.open.set()

    def answer(self, request: Request) -> Response:
        """By number."""
        number = "+" + request.path.removeprefix("/callers/%2B")
        if number not in self.names:
            return Response(404, {"error": "unknown"})
        return Response(200, {"name": self.names[number]})

    def waits(self, handler: Handler) -> None:
        """A fault: answer when it is open again."""
        self.open.wait()
        handler.send(self.answer(self.requests[-1]))
