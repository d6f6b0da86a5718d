"""What can go wrong between a client and a service, beside what the service itself says.

::

    LcgraphError
    ├── ServiceError        a service did not give what it was asked for
    │   ├── Unreachable     it does not answer, or not in time
    │   ├── BrokenOff       its answer is not whole
    │   └── DataChanged     its data changed while the pages of one result were read
    └── MissingPackage      a frame is wanted of a library that is not installed

What the service refuses is raised as the error that it is there: :class:`lcgraph.errors.ParameterError`,
:class:`lcgraph.errors.QuerySyntaxError`, :class:`lcgraph.errors.LimitExceeded` and so on.
"""

from __future__ import annotations

from lcgraph.errors import LcgraphError
from lcgraph.language import Text


class ServiceError(LcgraphError):
    """A service did not give what it was asked for.

    :param address: what was asked.
    :param status: the HTTP status of its answer; 0 where there was none.
    """

    def __init__(
        self,
        message: Text,
        *,
        address: str,
        status: int = 0,
        expected: Text | None = None,
        remedy: Text | None = None,
    ) -> None:
        super().__init__(message, where=address, expected=expected, remedy=remedy)
        self.address = address
        self.status = status


class Unreachable(ServiceError):
    """A service does not answer, or not in time."""


class BrokenOff(ServiceError):
    """An answer is not whole. What was read of it is not given."""


class DataChanged(ServiceError):
    """The data changed while the pages of one result were read, each time that it was tried."""


class MissingPackage(LcgraphError, ImportError):
    """A frame is wanted of a library that is not installed."""

    def __str__(self) -> str:
        return str(self.args[0])  # an ImportError would show what it was made with
