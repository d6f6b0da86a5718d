"""What the addresses of the service share, and what every request may say."""

from __future__ import annotations

from starlette.requests import Request

from lcgraph.asking.answer import Answerer
from lcgraph.asking.federation import Federation
from lcgraph.asking.kept import Kept
from lcgraph.asking.question import Library
from lcgraph.errors import ParameterError
from lcgraph.framework import resources
from lcgraph.language import Text, choose_language, languages
from lcgraph.processes import MEGABYTE
from lcgraph.publishing.check_many import checkers
from lcgraph.publishing.network import Network
from lcgraph.service.http.negotiation import wanted
from lcgraph.service.http.under_way import Room
from lcgraph.service.settings import Settings
from lcgraph.store.past import Maker, Past, PastReaders
from lcgraph.store.readers import Readers
from lcgraph.telling.dump import Dumps

_NICE = 5
"""How far the queries of strangers stand back: where processors are scarce, the service itself is served first."""
_MAKES_PLACE_AFTER = 1.0
"""Seconds after which a query of a stranger is none of the ordinary ones, which are not to wait for it."""


class Service:
    """What the addresses share.

    :param settings: the settings of the deployment.
    :ivar readers: where the queries of strangers run.
    :ivar own_readers: where our own do, which are never kept waiting by those.
    :ivar past: where our own run on data of the past.
    :ivar kept: keeps answers to questions.
    :ivar federation: asks other services for what those of strangers want of them.
    :ivar dumps: makes dumps of the graph.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.network = Network(settings.directory, settings.base, settings.engine)
        self.library = Library(resources.directory("queries"), self.network.base)
        directory, limits, base = self.network.store_directory, settings.query_limits, self.network.base
        self.readers = Readers(
            directory, settings.readers, limits, base=base, nice=_NICE, makes_place_after=_MAKES_PLACE_AFTER
        )
        self.own_readers = Readers(directory, settings.question_readers, limits, base=base)
        past = Past(directory, self.network.archive, base, settings.past_stores)
        self._maker = Maker(past, settings.directory, settings.query_seconds, settings.queue)
        self.past = PastReaders(past, self.own_readers, settings.question_readers, limits, self._maker.make)
        self.kept = Kept(settings.kept_mb * MEGABYTE)
        self.federation = Federation(settings.allowed_services, settings.readers, limits, base)
        self.checkers = checkers(settings.directory, settings.checkers, settings.check_memory_mb * MEGABYTE)
        self.dumps = Dumps(self.network)
        self.room = Room(settings.answers_mb * MEGABYTE)

    @property
    def answerer(self) -> Answerer:
        """Answers questions, with the cities that are known now."""
        return Answerer(self.library, self.own_readers, self.network.framework, self.past, self.kept)

    @property
    def threads(self) -> int:
        """How many threads it takes for every queue to fill and pages still to be served."""
        settings = self.settings
        others = settings.readers + settings.queue if settings.allowed_services else 0
        queues = 5 * settings.queue  # of queries, questions, checks, questions on the past, and for data of the past
        return settings.readers + 2 * settings.question_readers + settings.checkers + queues + others + 16

    def start(self) -> None:
        """Starts the processes that queries and checks run in."""
        self.network.catch_up()
        self.readers.start()
        self.own_readers.start()
        self.federation.start()
        self.checkers.start()

    def close(self) -> None:
        """Ends them."""
        self.readers.close()
        self.own_readers.close()
        self.past.close()
        self._maker.close()
        self.federation.close()
        self.checkers.close()
        self.dumps.close()


def language_of(request: Request) -> str:
    """The language of an answer: by ``?lang=``, else by ``Accept-Language``.

    :raises ParameterError: if ``lang`` names a language that there is not.
    """
    given = request.query_params.get("lang", "")
    if not given:
        return choose_language(request.headers.get("accept-language"))
    if given not in languages():
        raise ParameterError(
            Text("“{found}” is not a language that answers come in.", found=given[:40]),
            parameter="lang",
            allowed=languages(),
            remedy=Text("Write one of {codes}.", codes=list(languages())),
        )
    return given


def media_type_for(request: Request, offered: tuple[str, ...]) -> str:
    """The format of an answer: by ``?format=``, else by ``Accept``."""
    return wanted(request.query_params.get("format"), accept_of(request), offered)


def accept_of(request: Request) -> str:
    """What a client accepts; a list may be spread over several headers."""
    return ", ".join(request.headers.getlist("accept"))
