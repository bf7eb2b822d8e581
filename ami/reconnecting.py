"""Connecting again whenever the link is lost, with growing pauses; each change is said once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from ami.access import Access
from ami.session import LinkError, LoginError, Session, opened_session

PAUSES_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Before each further try. The last one comes again and again: a PBX that is back is found within
half a minute."""

STEADY_SECONDS: Final = 60.0
"""After a connection that lasted so long the pauses begin anew."""

log = structlog.get_logger(__name__)


class Link:
    """A link to one manager interface.

    Args:
        access: Where it is, and who we are there.
        serve: What is done with each connection: it may return only by an exception. LinkError
            says that the connection is lost.
    """

    def __init__(self, access: Access, serve: Callable[[Session], Awaitable[None]]) -> None:
        self._access = access
        self._serve = serve
        self._tries = 0
        self._trouble: type[LinkError] | None = None

    async def run(self) -> None:
        """Hold the link, until cancelled."""
        while True:
            try:
                await self._hold()
            except LinkError as error:
                self._tell(error)
            except Exception:
                log.exception("what was done over the manager link has failed")
            await asyncio.sleep(self._pause())

    async def _hold(self) -> None:
        """Hold one connection, to its end."""
        async with opened_session(self._access) as session:
            self._trouble = None
            log.info("manager link up", host=self._access.host, port=self._access.port)
            began = asyncio.get_running_loop().time()
            try:
                await self._serve(session)
            finally:
                if asyncio.get_running_loop().time() - began >= STEADY_SECONDS:
                    self._tries = 0

    def _pause(self) -> float:
        pause = PAUSES_SECONDS[min(self._tries, len(PAUSES_SECONDS) - 1)]
        self._tries += 1
        return pause

    def _tell(self, error: LinkError) -> None:
        """Say once why the link is down: one outage is one line, whatever each further try meets.

        But that we are not let in is told in any case: only a person can help there.
        """
        if self._trouble is type(error):
            log.debug("manager link still down", reason=str(error))
            return
        self._trouble = type(error)
        if isinstance(error, LoginError):
            self._tries = len(PAUSES_SECONDS)  # a wrong password is not to be hammered in
        log.warning(
            "manager link down; it is tried again",
            host=self._access.host,
            port=self._access.port,
            reason=str(error),
        )
