"""The two engines agree: on whole submissions, on submissions corrupted at random; and the one stands in for the other."""

from __future__ import annotations

import subprocess
import sys

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shape_examples import agreed, told, valid_submission, validate
from support import EXAMPLES, NOW, import_demo

from lcgraph.checking.check import Checker
from lcgraph.checking.engines import ReferenceEngine, ShaclEngine, engine
from lcgraph.errors import InputError
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, LCS, RDF, XSD
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Submission

VALID = sorted(valid_submission(), key=str)
NODES = sorted({t.subject for t in VALID if isinstance(t.subject, ox.NamedNode)}, key=str)
CLASSES = sorted({t.object for t in VALID if t.predicate.value == RDF + "type"}, key=str)


def typed(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))


LITERALS = [
    *(typed(value, "decimal") for value in ("abc", "9.5", "9.50", "-1", "0.0000000000000000001", "1e3")),
    *(typed(value, "integer") for value in ("7", "+5", "007", " 5 ", "101", "9999999999999999999999", "aldi", "10.5")),
    *(typed(value, "gYear") for value in ("2016", "2016-13", "2016Z", "99999", "-0044", "MMXVI")),
    *(typed(value, "double") for value in ("9.5", "1e400")),
    *(typed(value, "date") for value in ("2016-05-01", "2016-02-31", "2016-05-01+01:00", "soon")),
    *(typed(value, "gYearMonth") for value in ("2016-12", "2016-13")),
    typed("2016-05-01T00:00:00", "dateTime"),
    typed("none", "boolean"),
    typed("INF", "float"),
    ox.Literal("9.5"),
    ox.Literal("9.5", language="en"),
    ox.Literal(""),
    ox.Literal('a\n"b\\', language="zh-hans"),
    ox.Literal("z", datatype=ox.NamedNode("https://example.org/datatype")),
]

Graph = set[ox.Triple]


def replaced(graph: Graph, triple: ox.Triple, value: ox.Literal | ox.NamedNode | ox.BlankNode) -> Graph:
    return (graph - {triple}) | {ox.Triple(triple.subject, triple.predicate, value)}


def renamed(graph: Graph, node: ox.NamedNode | ox.BlankNode, name: ox.NamedNode | ox.BlankNode) -> Graph:
    return {
        ox.Triple(name if t.subject == node else t.subject, t.predicate, name if t.object == node else t.object)
        for t in graph
    }


@st.composite
def corrupted(draw: st.DrawFn) -> Graph:
    """The valid submission with one to four slips in it."""
    graph = set(VALID)
    for n in range(draw(st.integers(1, 4))):
        triple = draw(st.sampled_from(sorted(graph, key=str)))
        other = draw(st.sampled_from(VALID))
        node = draw(st.sampled_from(NODES))
        match draw(
            st.sampled_from(["drop", "literal", "node", "blank", "copy", "class", "datatype", "anonymous", "add"])
        ):
            case "drop":
                graph -= {triple}
            case "literal":
                graph = replaced(graph, triple, draw(st.sampled_from(LITERALS)))
            case "node":
                graph = replaced(graph, triple, node)
            case "blank":
                graph = replaced(graph, triple, ox.BlankNode(f"value{n}"))
            case "copy":
                copy = ox.NamedNode(f"https://submission.example/cork#copy-{n}")
                graph |= {ox.Triple(copy, t.predicate, t.object) for t in graph if t.subject == node}
            case "class":
                graph |= {ox.Triple(node, ox.NamedNode(RDF + "type"), draw(st.sampled_from(CLASSES)))}
            case "datatype":
                if isinstance(triple.object, ox.Literal):
                    datatype = draw(st.sampled_from(["string", "decimal", "integer", "gYear", "double", "date"]))
                    graph = replaced(graph, triple, typed(triple.object.value, datatype))
            case "anonymous":
                graph = renamed(graph, node, ox.BlankNode(f"node{n}"))
            case "add":
                graph |= {ox.Triple(triple.subject, other.predicate, other.object)}
    return graph


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(corrupted())
def test_they_agree_on_submissions_corrupted_at_random(graph: Graph) -> None:
    agreed(graph)


@pytest.mark.parametrize("literal", LITERALS, ids=str)
def test_they_agree_on_every_odd_literal_wherever_a_literal_stands(literal: ox.Literal) -> None:
    graph = set(VALID)
    for triple in VALID:
        if isinstance(triple.object, ox.Literal):
            graph = replaced(graph, triple, literal)
    agreed(graph)


def test_they_name_a_blank_node_as_the_file_does() -> None:
    women = ox.NamedNode("https://submission.example/cork#women")
    graph = renamed(set(VALID), women, ox.BlankNode("w")) | {
        ox.Triple(ox.BlankNode("other"), ox.NamedNode(RDF + "type"), ox.NamedNode("https://example.org/Thing"))
    }
    unit = next(t for t in graph if t.subject == ox.BlankNode("w") and t.predicate.value.endswith("unitMeasure"))
    results = agreed(graph - {unit})
    assert [(result.focus, result.shape) for result in results] == [("_:w", LCS + "Observation-unit")]


def both(reading: Reading, framework: Framework) -> None:
    today = NOW.date()
    fast, reference = (Checker(framework, name).check(reading, today) for name in ("shacl", "reference"))
    assert fast.results == reference.results
    assert fast.engine != reference.engine


def test_they_agree_on_the_fictional_city(lumenport_reading: Reading, lumenport_framework: Framework) -> None:
    both(lumenport_reading, lumenport_framework)


def test_they_agree_on_a_fictional_city_that_is_wrong_in_many_places(
    lumenport: Submission, lumenport_framework: Framework
) -> None:
    text = (EXAMPLES / "fictional-city" / "lumenport.ttl").read_text(encoding="utf-8")
    for old, new in (("unit:PERCENT", "unit:PERMILLE"), ("sdmx-code:sex-M", "sdmx-code:sex-F")):
        assert old in text
        text = text.replace(old, new)
    both(read("lumenport.ttl", text.encode(), lumenport_framework), lumenport_framework)


@pytest.mark.parametrize(("name", "table"), [("eurostat", "cities.csv"), ("kolada", "municipalities.csv")])
def test_they_agree_on_a_sample_of_the_demonstration_network(name: str, table: str, framework: Framework) -> None:
    readings = import_demo(framework, name, table).readings
    for reading in readings[:: len(readings) // 14]:
        both(reading, framework)


def test_there_is_no_engine_of_another_name() -> None:
    with pytest.raises(InputError, match="pellet"):
        engine("pellet", DEFAULT_BASE)


FALL_BACK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "shacl":
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
from lcgraph.checking.engines import engine
from lcgraph.errors import InputError
print(engine("", "https://w3id.org/lcgraph/").name)
try:
    engine("shacl", "https://w3id.org/lcgraph/")
except InputError as error:
    print(error.tell("en"))
"""


def test_the_reference_engine_stands_in_where_the_fast_one_is_not_built() -> None:
    done = subprocess.run([sys.executable, "-c", FALL_BACK], capture_output=True, text=True, check=True)
    first, *rest = done.stdout.splitlines()
    assert first == "reference"
    assert "not built for this platform" in rest[0]


def test_the_fast_engine_is_taken_where_it_is_built() -> None:
    assert isinstance(engine("", DEFAULT_BASE), ShaclEngine)
    assert isinstance(engine("reference", DEFAULT_BASE), ReferenceEngine)


def test_the_reference_engine_keeps_quiet_about_ill_formed_literals(capfd: pytest.CaptureFixture[str]) -> None:
    graph = set(VALID)
    for triple in VALID:
        if isinstance(triple.object, ox.Literal):
            graph = replaced(graph, triple, typed("abc", "decimal"))
    assert list(told(validate("reference", graph)))
    assert capfd.readouterr() == ("", "")
