"""Runs the server by itself: over standard input and output, or over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library
from lcgraph.errors import ArchiveInUse
from lcgraph.framework import resources
from lcgraph.language import Text
from lcgraph.publishing.network import Network
from lcgraph.service.http.server import listen
from lcgraph.service.mcp.server import PATH, create_server, http_app
from lcgraph.service.settings import Settings
from lcgraph.store.past import Past, PastReaders
from lcgraph.store.readers import Readers


class _Own:
    """What the tools answer from, where no other service runs beside them.

    :param settings: the settings of the deployment.
    """

    def __init__(self, settings: Settings) -> None:
        self.network = Network(settings.directory, settings.base, settings.engine)
        self.library = Library(resources.directory("queries"), self.network.base)
        directory, limits, base = self.network.store_directory, settings.query_limits, self.network.base
        self.readers = Readers(directory, settings.readers, limits, base=base)
        past = Past(directory, self.network.archive, base, settings.past_stores)
        self.past = PastReaders(past, self.readers, 1, limits)

    @property
    def answerer(self) -> Answerer:
        """Answers questions, with the cities that are known now."""
        return Answerer(self.library, self.readers, self.network.framework, self.past)


@contextmanager
def _begun(settings: Settings) -> Iterator[_Own]:
    """:raises ArchiveError: if there is no store yet and the folder cannot be written to."""
    own = _Own(settings)
    if own.network.store.state() is None:
        with suppress(ArchiveInUse):  # then somebody is publishing, and builds it
            own.network.rebuild()
    own.network.catch_up()
    own.readers.start()
    try:
        yield own
    finally:
        own.readers.close()
        own.past.close()


def over_standard_streams(settings: Settings) -> None:
    """Serves one client, until it closes its end."""
    with _begun(settings) as own:
        create_server(own).run("stdio")


def over_http(settings: Settings, host: str, port: int, say: Callable[[Text], None]) -> None:
    """Serves until it is told to stop.

    :param say: tells the operator something.
    :raises InputError: if the address cannot be listened on.
    """
    with _begun(settings) as own, listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}{PATH}"
        say(Text("lcgraph serves {directory} at {address}", directory=settings.data, address=address))
        config = uvicorn.Config(http_app(own), log_level="warning", access_log=False, server_header=False, ws="none")
        uvicorn.Server(config).run(sockets=[listener])
