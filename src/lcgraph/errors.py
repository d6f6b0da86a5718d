"""What can go wrong, in one tree.

::

    LcgraphError                  a message, where, what was expected, how to mend it
    ├── InputError                what was handed in cannot be used (exit status 2)
    │   ├── UnreadableFile        empty, in the wrong format or encoding, damaged
    │   ├── FileTooLarge          past a limit of size, rows or cells
    │   ├── MappingError          a mapping for a foreign table does not make sense
    │   └── ParameterError        a question was asked with a wrong or missing parameter
    ├── NotFound                  no such question, submission, file
    ├── DoesNotConform            violations stand in the way (exit status 1)
    ├── QueryError                a SPARQL query cannot be run
    │   ├── QuerySyntaxError      it does not parse
    │   ├── QueryRefused          it asks for something that is not offered
    │   │   ├── UnknownGraph      it names a graph that there is not
    │   │   └── ReadOnly          it would write to a graph
    │   ├── OtherServiceFailed    another service, which it asks, gave no answer that can be used
    │   └── LimitExceeded         it passed its deadline, its memory, its size or its rows
    ├── Abandoned                 nobody waits for an answer any longer
    ├── ArchiveError              the archive is damaged or in use
    │   ├── ArchiveDamaged
    │   └── ArchiveInUse
    ├── StoreError                the store cannot be opened or written
    └── ReasonerError             the reasoner is not there, or it failed
"""

from __future__ import annotations

import errno
import socket

from lcgraph.language import Text


class LcgraphError(Exception):
    """Anything that lcgraph itself says is wrong.

    :param message: what was found.
    :param where: the place, as a person would look it up.
    :param expected: what was expected there.
    :param remedy: how to mend it.
    """

    def __init__(
        self,
        message: Text,
        *,
        where: Text | str | None = None,
        expected: Text | None = None,
        remedy: Text | None = None,
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.where = where
        self.expected = expected
        self.remedy = remedy

    def told(self, language: str) -> dict[str, str]:
        """The parts of the error in a language: ``message``, and ``where``, ``expected``, ``remedy`` if given."""
        parts = {"message": self.message, "where": self.where, "expected": self.expected, "remedy": self.remedy}
        return {
            name: part.to(language) if isinstance(part, Text) else part
            for name, part in parts.items()
            if part is not None
        }

    def tell(self, language: str) -> str:
        """The whole error in a few lines of a language."""
        told = self.told(language)
        lines = [told["message"]]
        if "where" in told:
            lines.append(Text("Where: {where}", where=told["where"]).to(language))
        if "expected" in told:
            lines.append(Text("Expected: {expected}", expected=told["expected"]).to(language))
        if "remedy" in told:
            lines.append(Text("To mend it: {remedy}", remedy=told["remedy"]).to(language))
        return "\n".join(lines)


class InputError(LcgraphError):
    """What was handed in cannot be used."""


class UnreadableFile(InputError):
    """A file is empty, damaged, or not in the format or encoding it should be in."""


class FileTooLarge(InputError):
    """A file passes a limit of size, rows or cells."""


class MappingError(InputError):
    """A mapping for a foreign table does not make sense."""


class ParameterError(InputError):
    """A question was asked with a wrong or missing parameter.

    :param parameter: its name.
    :param allowed: the nearest values that would do, or all where they are few.
    """

    def __init__(
        self,
        message: Text,
        *,
        parameter: str,
        allowed: tuple[str, ...] = (),
        remedy: Text | None = None,
    ) -> None:
        super().__init__(message, where=parameter, remedy=remedy)
        self.parameter = parameter
        self.allowed = allowed


class NotFound(LcgraphError):
    """There is no such thing."""


class DoesNotConform(LcgraphError):
    """Violations stand in the way of publishing."""


class QueryError(LcgraphError):
    """A SPARQL query cannot be run."""


class QuerySyntaxError(QueryError):
    """A SPARQL query does not parse."""


class QueryRefused(QueryError):
    """A SPARQL query asks for something that is not offered."""


class UnknownGraph(QueryRefused):
    """A SPARQL query names a graph that there is not; none is fetched."""


class ReadOnly(QueryRefused):
    """A request would write to a graph."""


class OtherServiceFailed(QueryError):
    """Another service, which a SPARQL query asks, is away or gave no answer that can be used."""


class LimitExceeded(QueryError):
    """Work passed its deadline, its memory, its size or its rows.

    :param limit: which one: ``deadline``, ``memory``, ``size``, ``rows`` or ``queue``.
    """

    def __init__(self, message: Text, *, limit: str, remedy: Text | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.limit = limit


class Abandoned(LcgraphError):
    """Nobody waits for an answer any longer, so the work on it was ended."""


class ArchiveError(LcgraphError):
    """The archive cannot be used."""


class ArchiveDamaged(ArchiveError):
    """A file of the archive is not what was written."""


class ArchiveInUse(ArchiveError):
    """Another process is writing to the data directory."""


class StoreError(LcgraphError):
    """The store cannot be opened or written."""


class ReasonerError(LcgraphError):
    """The reasoner is not there, or it failed."""


def reason(error: Exception) -> Text:
    """Why the system could not do something: in our own words where it is what mostly happens."""
    known = {
        errno.ENOENT: Text("it is not there"),
        errno.EACCES: Text("it is not permitted"),
        errno.EPERM: Text("it is not permitted"),
        errno.EROFS: Text("it can only be read"),
        errno.ENOSPC: Text("the disk is full"),
        errno.EDQUOT: Text("the disk is full"),
        errno.EISDIR: Text("it is a folder"),
        errno.ENOTDIR: Text("what should be a folder is a file"),
        errno.EEXIST: Text("there is a file of that name already"),
        errno.ENAMETOOLONG: Text("the name is too long"),
        errno.ELOOP: Text("links lead back to themselves"),
        errno.EMFILE: Text("too many files are open"),
        errno.EADDRINUSE: Text("the address is in use already"),
        errno.EADDRNOTAVAIL: Text("this machine has no such address"),
    }
    if isinstance(error, socket.gaierror):
        return Text("there is no machine of this name")
    if isinstance(error, OverflowError):
        return Text("a port is a number from 0 to 65535")
    told = known.get(error.errno or 0) if isinstance(error, OSError) else None
    return told or Text("{text}", text=(getattr(error, "strerror", None) or str(error)).rstrip("."))
