"""A process that checks files of strangers; see :mod:`lcgraph.processes`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lcgraph.checking.formats import REPORT_FORMATS, render
from lcgraph.errors import LcgraphError
from lcgraph.language import languages
from lcgraph.processes import Sender, work
from lcgraph.publishing.claims import ANY, Claim, hold_against
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

_REPORT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """A file to check.

    :ivar directory: the folder of the network's data.
    :ivar base: the base IRI of the deployment.
    :ivar name: name of the file.
    :ivar data: its bytes.
    :ivar media_type: format of the report, a key of :data:`REPORT_FORMATS`.
    :ivar language: of the report.
    :ivar engine: name of the SHACL engine; empty for the fast one.
    :ivar claim: for which city, year and edition it is handed in.
    """

    directory: str
    base: str
    name: str
    data: bytes
    media_type: str
    language: str
    engine: str = ""
    claim: Claim = ANY


@cache
def _network(directory: str, base: str, engine: str) -> Network:
    return Network(Path(directory), base, engine)


def _check(request: CheckRequest, connection: Connection) -> dict[str, Any]:
    assert request.media_type in REPORT_FORMATS
    network = _network(request.directory, request.base, request.engine)
    try:
        reading = read(request.name, request.data, network.framework)
        hold_against(reading, request.claim, network.framework)
        report = network.check(reading)
        rendered = render(report, request.media_type, request.language, request.data)
    except LcgraphError as error:
        return {"ok": False, "error": type(error).__name__, "told": {lang: error.told(lang) for lang in languages()}}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours, which is not to be taken for a want of memory
        return {"ok": False, "fault": f"{type(error).__name__}: {error}"}
    out = Sender(connection, _REPORT_BYTES)
    out.write(rendered)
    out.flush()
    violated = Counter(result.shape for result in report.results if result.severity == "violation")
    return {"ok": True, "conforms": report.conforms, "violated": violated}


if __name__ == "__main__":
    work(_check)
