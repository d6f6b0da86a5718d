"""What the archive holds: commits, each a group of events that took place at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, TypeAlias

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A submission was accepted; it supersedes the one before it, if there is one.

    :ivar submission: IRI of the submission.
    :ivar city: IRI of the city.
    :ivar year: the reference year.
    :ivar edition: IRI of the edition.
    :ivar revision: number among the submissions of the city and year, from 1.
    :ivar supersedes: IRI of the submission that it takes the place of; empty for none.
    :ivar by: who accepted it.
    :ivar submitter: who handed it in, an organisation; empty in commits that were written before this was noted.
    :ivar originals: paths of the files that were handed in.
    :ivar graph: path of its N-Quads.
    :ivar graph_hash: SHA-256 of the graph in canonical N-Quads (RDFC-1.0).
    :ivar quads: how many statements it has.
    :ivar report: path of the report of the check.
    :ivar warnings: how many warnings the check had.
    :ivar engine: name of the engine that checked; empty as with the submitter.
    """

    submission: str
    city: str
    year: int
    edition: str
    revision: int
    by: str
    originals: tuple[str, ...]
    graph: str
    graph_hash: str
    quads: int
    report: str
    warnings: int = 0
    supersedes: str = ""
    submitter: str = ""
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A submission was withdrawn.

    :ivar submission: IRI of the submission.
    :ivar reason: why.
    :ivar by: who withdrew it.
    """

    submission: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Cities became known, or what is known of them changed.

    :ivar cities: IRIs of the cities.
    :ivar graph: path of their description in N-Quads.
    :ivar original: path of the file that was handed in.
    :ivar by: who registered them.
    """

    cities: tuple[str, ...]
    graph: str
    original: str
    by: str


Event: TypeAlias = Accepted | Withdrawn | Registered
KINDS: Final[Mapping[str, type[Event]]] = {"accepted": Accepted, "withdrawn": Withdrawn, "registered": Registered}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file of a commit.

    :ivar sha256: hash of its bytes, in hexadecimal.
    :ivar size: its size in bytes.
    :ivar media_type: its media type.
    """

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a commit says of itself.

    :ivar number: from 1, without gaps.
    :ivar previous: SHA-256 of the file of the commit before; empty for the first.
    :ivar at: when it was written, UTC, ISO 8601 with Z; never before the commit before.
    :ivar base: the base IRI of the deployment.
    :ivar software: version of lcgraph.
    :ivar ontology: version of the ontology.
    :ivar shapes: SHA-256 of the shapes that were checked against.
    :ivar files: path in the commit to what is known of the file.
    :ivar events: what took place, in order.
    """

    number: int
    previous: str
    at: str
    base: str
    software: str
    ontology: str
    shapes: str
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The manifest as it is written to ``manifest.json``."""
        names = {kind: name for name, kind in KINDS.items()}
        return {
            "format": FORMAT,
            **{key: value for key, value in asdict(replace(self, events=())).items() if key not in ("events", "files")},
            "files": {path: asdict(entry) for path, entry in sorted(self.files.items())},
            "events": [{"event": names[type(event)], **asdict(event)} for event in self.events],
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> Manifest:
        """The manifest that a ``manifest.json`` holds.

        :raises ValueError: if it is of another format.
        """
        if said.get("format") != FORMAT:
            raise ValueError(f"format {said.get('format')!r}, not {FORMAT}")
        events = tuple(_event(event) for event in said["events"])
        files = {path: FileEntry(**entry) for path, entry in said["files"].items()}
        rest = {key: said[key] for key in ("number", "previous", "at", "base", "software", "ontology", "shapes")}
        return Manifest(**rest, files=files, events=events)


def _event(said: Mapping[str, Any]) -> Event:
    kind: Callable[..., Event] = KINDS[said["event"]]
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items() if key != "event"}
    return kind(**values)
