"""Requests to a SPARQL server, each answered whole or by an error.

By httpx, which notices a body that breaks off, follows no redirection, keeps connections, and signs
in by digest. Clients that rest on ``urllib`` take a body that breaks off for whole when they read it
piece by piece, as large answers must be read.

https://www.w3.org/TR/sparql11-protocol/, https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import httpx
import pyoxigraph as ox

from lcgraph.errors import LimitExceeded, QueryError, StoreError
from lcgraph.language import Text
from lcgraph.store.remote.settings import RemoteSettings, password

SOLUTIONS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
_PATIENCE = 120.0
"""Seconds for what is not a query of strangers: loading a graph may take long."""


class Connection:
    """Speaks with the server of a store.

    :param settings: what ``store.toml`` says.
    :param data: the folder of the network.
    :raises InputError: if the password cannot be read.
    """

    def __init__(self, settings: RemoteSettings, data: Path) -> None:
        self.settings = settings
        self.engine = settings.profile
        auth = None
        if settings.user:
            kind = httpx.DigestAuth if settings.sign_in == "digest" else httpx.BasicAuth
            auth = kind(settings.user, password(settings, data))
        limits = httpx.Limits(max_keepalive_connections=8, keepalive_expiry=4)
        self._writing = httpx.Client(auth=auth, timeout=_PATIENCE, trust_env=False, limits=limits)
        self._reading = (
            self._writing
            if settings.read_as == "user"
            else httpx.Client(timeout=_PATIENCE, trust_env=False, limits=limits)
        )

        self.close = weakref.finalize(self, _let_go, self._writing, self._reading)
        """Lets go of all connections; at the latest when nothing refers to this any more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # reading

    @contextmanager
    def asked(
        self,
        query: str,
        accept: str,
        *,
        seconds: float = _PATIENCE,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        union: bool = True,
    ) -> Iterator[httpx.Response]:
        """A query under way: its response, of which nothing is read yet.

        :param accept: media type of the answer.
        :param seconds: how long the server may take.
        :param default_graphs: graphs that make up the default graph.
        :param named_graphs: graphs that may be named.
        :param union: whether the default graph is to be the union of all graphs.
        :raises LimitExceeded: if the server says that its answer is a part only.
        :raises QueryError: if the server cannot run the query.
        :raises StoreError: if it cannot be reached, or refuses to be asked.
        """
        form: dict[str, str | list[str]] = {
            "query": self._as_kept(query),
            "default-graph-uri": list(default_graphs),
            "named-graph-uri": list(named_graphs),
        }
        if union and not default_graphs and not named_graphs:
            form |= self.engine.union
        if self.engine.time_out is not None:
            form[self.engine.time_out.parameter] = str(int(seconds * self.engine.time_out.per_second))
        request = self._reading.build_request(
            "POST", self.settings.query, data=form, headers={"Accept": accept}, timeout=seconds + 1
        )
        with self._told(self.settings.query), closing(self._begun(request)) as response:
            self._refused(response)
            self.check_whole(response.headers)
            yield response

    def _begun(self, request: httpx.Request) -> httpx.Response:
        """The response to a query, of which nothing is read yet."""
        try:
            return self._reading.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError):  # the connection was kept, and the server let go of it
            return self._reading.send(request, stream=True)

    def check_whole(self, headers: Mapping[str, str]) -> None:
        """Notices an answer that is a part only.

        :raises LimitExceeded: if it is.
        """
        for header, limit in self.engine.cut_off.items():
            if header in headers:
                raise cut_off(limit)

    def select(self, query: str) -> list[dict[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]:
        """The solutions of a query, each with the variables that it has.

        :raises StoreError: if the server cannot be reached, or does not answer the whole.
        """
        try:
            with self.asked(query, SOLUTIONS) as response, self._told(self.settings.query):
                body = response.read()
        except QueryError as error:
            raise StoreError(error.message, remedy=SEE_TO_IT) from error
        try:
            found = ox.parse_query_results(self.as_meant(body), ox.QueryResultsFormat.JSON)
            assert isinstance(found, ox.QuerySolutions)
            names = [variable.value for variable in found.variables]
            return [{n: term for n in names if (term := solution[n]) is not None} for solution in found]
        except (SyntaxError, ValueError) as error:
            raise not_whole(str(error)) from error

    def ask(self, query: str) -> bool:
        """The answer to an ASK query.

        :raises StoreError: if the server cannot be reached or gives no answer.
        """
        try:
            with self.asked(query, SOLUTIONS) as response, self._told(self.settings.query):
                body = response.read()
        except QueryError as error:
            raise StoreError(error.message, remedy=SEE_TO_IT) from error
        return boolean(body)

    def as_meant(self, data: bytes) -> bytes:
        """What the server says, with the datatypes that are meant."""
        for kept, meant in self.kept:
            data = data.replace(kept, meant)
        return data

    @property
    def kept(self) -> list[tuple[bytes, bytes]]:
        """What the server says in place of datatypes, and these."""
        return [(kept.encode(), meant.encode()) for meant, kept in self.engine.kept_as.items()]

    def _as_kept(self, text: str) -> str:
        for meant, kept in self.engine.kept_as.items():
            text = text.replace(f"^^<{meant}>", f"^^<{kept}>")
        return text

    # writing

    def update(self, operations: str) -> None:
        """Carries out an update.

        :raises StoreError: if the server does not.
        """
        self._write("POST", self.settings.update, data={"update": self._as_kept(operations)})

    def put(self, graph: str, statements: Sequence[str], *, at_once: int = 20_000) -> None:
        """Replaces a graph.

        :param statements: lines of N-Triples.
        :param at_once: how many go into a request.
        :raises StoreError: if the server does not take it.
        """
        method = "PUT"
        for start in range(0, max(len(statements), 1), at_once):
            self._put(method, graph, statements[start : start + at_once])
            method = "POST"

    def _put(self, method: str, graph: str, statements: Iterable[str]) -> None:
        self._write(
            method,
            self.settings.graphs,
            params={"graph": graph},
            content=self._as_kept("".join(statements)).encode(),
            headers={"Content-Type": "text/turtle"},  # of which N-Triples are a part
        )

    def _write(self, method: str, address: str, **what: object) -> None:
        try:
            with self._told(address):
                response = self._writing.request(method, address, **what)  # type: ignore[arg-type]  # as httpx takes it
            self._refused(response)
        except LimitExceeded as error:
            raise away(address, Text("it did not answer within {n} seconds", n=f"{_PATIENCE:g}")) from error
        except QueryError as error:
            raise StoreError(error.message, remedy=SEE_TO_IT) from error

    # what may go wrong

    @contextmanager
    def _told(self, address: str) -> Iterator[None]:
        try:
            yield
        except httpx.ReadTimeout as error:
            raise cut_off("deadline") from error
        except httpx.RemoteProtocolError as error:
            raise not_whole(str(error)) from error
        except httpx.HTTPError as error:
            raise away(address, str(error)) from error

    def _refused(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        with self._told(str(response.url)):
            response.read()
        first = next((line.strip() for line in response.text.splitlines() if line.strip()), "")[:300]
        if response.status_code in (401, 403):
            raise StoreError(
                Text("The server of the store refuses: {status} {said}.", status=response.status_code, said=first),
                remedy=Text("See to the user, the password and their rights; docs/scale.md tells which."),
            )
        if response.is_redirect or response.status_code in (404, 405) or response.status_code >= 502:
            raise away(str(response.url), f"{response.status_code} {first}".strip())
        if response.status_code == 503:
            raise away(str(response.url), f"503 {first}".strip())
        raise QueryError(
            Text("The server of the store cannot do this: {said}", said=first or str(response.status_code))
        )


def _let_go(*clients: httpx.Client) -> None:
    for client in clients:
        client.close()


SEE_TO_IT = Text("See to the server of the store; “lcgraph store” tells what is the matter.")


def boolean(body: bytes) -> bool:
    """The answer to an ASK query.

    :raises StoreError: if it is none.
    """
    try:
        found = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    except (SyntaxError, ValueError) as error:
        raise not_whole(str(error)) from error
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    # some servers answer with a solution: https://github.com/openlink/virtuoso-opensource knows it as __ASK_RETVAL
    values = [solution[0] for solution in found]
    return bool(values) and isinstance(values[0], ox.Literal) and values[0].value in ("1", "true")


def away(address: str, why: str | Text) -> StoreError:
    """The error for a server that cannot be reached."""
    return StoreError(
        Text(
            "The server of the store cannot be reached at {address}: {why}.",
            address=address,
            why=why.rstrip(".") if isinstance(why, str) else why,
        ),
        remedy=SEE_TO_IT,
    )


def not_whole(why: str) -> StoreError:
    """The error for an answer that breaks off or cannot be read."""
    return StoreError(
        Text("The answer of the store's server is not whole: {why}.", why=why.rstrip(".")), remedy=Text("Ask again.")
    )


def cut_off(limit: str) -> LimitExceeded:
    """The error for an answer of which the server gives a part only.

    :param limit: ``deadline`` or ``rows``.
    """
    said = {
        "deadline": Text("The server of the store ended the query: it ran too long."),
        "rows": Text("The server of the store gives no more rows than it has given."),
    }
    return LimitExceeded(said[limit], limit=limit, remedy=Text("Ask for less: name a city, a measure or a year."))
