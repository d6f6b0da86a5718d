"""The answers of SPARQL endpoints, read as they come: solutions, truth values, graphs.

An answer that ends too early is an error. That a connection was broken off, HTTP shows; where an
endpoint ends the connection properly all the same, the format shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any, TypeAlias, cast

import httpx
import pyoxigraph as ox
import rdflib
from rdflib.term import Node

from lcgraph.client.columns import Column, typed
from lcgraph.client.connection import broken_off, media_type_of
from lcgraph.client.errors import BrokenOff, ServiceError
from lcgraph.language import Text

SOLUTIONS = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
GRAPHS = "text/turtle, application/n-triples;q=0.8, application/rdf+xml;q=0.5"
"""Not JSON-LD: a document of it may name a context that would be fetched from elsewhere."""

_SOLUTIONS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
_GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/plain": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
_END_OF_XML = re.compile(rb"</(?:[^<>/\s]+:)?sparql\s*>\s*(?:<!--(?:(?!-->).)*-->\s*)*\Z", re.DOTALL)

VIRTUOSO_ASK = ("__ASK_RETVAL",)
"""What Virtuoso 7.2.5 answers to ASK in: a row for yes, none for no."""

CHECKPOINT = "Lcgraph-Checkpoint"
"""The header that says which state of the data an answer is from."""

_REMEMBERED = 50_000
"""Different texts of a column that are kept once however often they come."""

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class _Body:
    """The body of an answer as a file.

    :ivar end: its last bytes.
    :ivar trouble: what went wrong with the connection.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.end = b""
        self.trouble: Exception | None = None
        self._pieces = response.iter_bytes()
        self._piece, self._at = b"", 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as many at the most; none at the end."""
        while self._at >= len(self._piece):
            try:
                self._piece, self._at = next(self._pieces), 0
            except StopIteration:
                return b""
            except Exception as error:
                self.trouble = error
                raise
            self.end = (self.end + self._piece)[-1000:]
        begin = self._at
        self._at = len(self._piece) if size < 0 else begin + size
        return self._piece[begin : self._at]

    @property
    def file(self) -> IO[bytes]:
        """The body for parsers, which want no more of a file than to read it."""
        return cast("IO[bytes]", self)

    def finish(self) -> None:
        """Reads the rest, which shows whether the body is whole."""
        while self.read():
            pass


class Solutions:
    """The solutions of a query, as they come.

    :ivar variables: the names of the columns.
    :ivar checkpoint: the state of the data that they are from; empty where the service does not say.
    """

    def __init__(self, response: httpx.Response, address: str) -> None:
        self.checkpoint = response.headers.get(CHECKPOINT, "")
        self._address = address
        self._syntax = _SOLUTIONS.get(media_type_of(response))
        if self._syntax is None:
            raise _unexpected(response, address, Text("results of a query in JSON or XML"))
        at_most = response.headers.get(
            "x-sparql-maxrows", ""
        )  # Virtuoso leaves out what is more, and says so here alone
        self._at_most = int(at_most) if at_most.isascii() and at_most.isdigit() else None
        self._body = _Body(response)
        self.truth: bool | None = None
        self._found: Iterator[ox.QuerySolution] = iter(())
        self.variables: tuple[str, ...] = ()
        with _reading(self._body, address):
            found: Any = ox.parse_query_results(self._body.file, self._syntax)
            if isinstance(found, ox.QueryBoolean):
                self.truth = bool(found)
                self._check_end()
            else:
                self._found = found
                self.variables = tuple(variable.value for variable in found.variables)

    def __iter__(self) -> Iterator[ox.QuerySolution]:
        """The solutions.

        :raises BrokenOff: as soon as it shows that they are not whole.
        """
        count = 0
        with _reading(self._body, self._address):
            for solution in self._found:
                yield solution
                count += 1
            self._check_end()
        if self._at_most is not None and count >= self._at_most:
            raise BrokenOff(
                Text("The service gives no more than {limit} rows, and leaves out what is more.", limit=self._at_most),
                address=self._address,
                remedy=Text("Ask for fewer rows, with a smaller LIMIT."),
            )

    def _check_end(self) -> None:
        self._body.finish()
        if self._syntax == ox.QueryResultsFormat.XML and not _END_OF_XML.search(self._body.end):
            raise SyntaxError("</sparql> is missing")  # which the parser does not miss


class _reading:  # noqa: N801  # read as a verb: with _reading(...)
    """Tells what goes wrong with a body while it is read."""

    def __init__(self, body: _Body, address: str) -> None:
        self._body = body
        self._address = address

    def __enter__(self) -> None:
        """Begins to read."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._body.trouble is not None and error is not None:
            raise self._body.trouble from None  # as it was, whatever the parser made of it
        if isinstance(error, (SyntaxError, ValueError, OSError)):
            raise broken_off(self._address, error) from error


def _unexpected(response: httpx.Response, address: str, expected: Text) -> ServiceError:
    return ServiceError(
        Text("The service answers in {found}.", found=media_type_of(response) or "-"),
        address=address,
        status=response.status_code,
        expected=expected,
        remedy=Text("Look at the address: it has to be that of a SPARQL endpoint."),
    )


class Table:
    """Columns that grow by solutions.

    Texts that come often are kept once, and the datatypes are collected on the way, so that no value
    has to be looked at twice.

    :param variables: names of the columns.
    """

    def __init__(self, variables: tuple[str, ...]) -> None:
        self.variables = variables
        self._texts: list[list[str | None]] = [[] for _ in variables]
        self._seen: list[dict[str, str]] = [{} for _ in variables]
        self._datatypes: list[set[str]] = [set() for _ in variables]
        self.count = 0

    def add(self, solutions: Iterator[ox.QuerySolution] | Solutions) -> int:
        """Adds solutions; says how many there were."""
        before = self.count
        columns = list(zip(self._texts, self._seen, self._datatypes, strict=True))
        for solution in solutions:
            self.count += 1
            for term, (texts, seen, datatypes) in zip(solution, columns, strict=True):
                if term is None:
                    texts.append(None)
                    continue
                if isinstance(term, ox.Literal):
                    text = term.value
                    datatypes.add(term.datatype.value)
                else:
                    text = term.value if isinstance(term, ox.NamedNode) else str(term)
                    datatypes.add("")
                if len(seen) < _REMEMBERED:
                    text = seen.setdefault(text, text)
                texts.append(text)
        return self.count - before

    def columns(self) -> dict[str, Column]:
        """The columns, typed."""
        parts = zip(self.variables, self._texts, self._datatypes, strict=True)
        return {name: typed(texts, datatypes) for name, texts, datatypes in parts}


def node(term: Term | None) -> Node | None:
    """A term as one of rdflib, as it was written."""
    match term:
        case None:
            return None
        case ox.NamedNode():
            return rdflib.URIRef(term.value)
        case ox.BlankNode():
            return rdflib.BNode(term.value)
        case ox.Literal() if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        case ox.Literal():
            datatype = term.datatype.value
            is_plain = datatype == "http://www.w3.org/2001/XMLSchema#string"
            return rdflib.Literal(term.value, datatype=None if is_plain else datatype, normalize=False)
    return rdflib.Literal(str(term))  # a statement about a statement, which rdflib has no term for


def graph(response: httpx.Response, address: str) -> rdflib.Graph:
    """The graph that an answer holds.

    :raises BrokenOff: if it is not whole, or nothing would show if it were not.
    """
    syntax = _GRAPHS.get(media_type_of(response))
    if syntax is None:
        raise _unexpected(response, address, Text("a graph in Turtle, N-Triples or RDF/XML"))
    framed = {"content-length", "transfer-encoding"} & set(response.headers) or response.http_version == "HTTP/2"
    if not framed and syntax != ox.RdfFormat.RDF_XML:
        raise BrokenOff(
            Text("Nothing in the answer shows whether it is whole: neither its length nor its end is told."),
            address=address,
            remedy=Text("Ask the operator to have the endpoint answer by HTTP/1.1."),
        )
    body = _Body(response)
    found = rdflib.Graph()
    with _reading(body, address):
        parser = ox.parse(body.file, syntax, base_iri=address, without_named_graphs=True)
        for quad in parser:
            found.add((node(quad.subject), node(quad.predicate), node(quad.object)))  # type: ignore[arg-type]
        for prefix, iri in parser.prefixes.items():
            found.bind(prefix, iri, replace=True)
        body.finish()
    return found
