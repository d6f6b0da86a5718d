"""The ontology holds all of the Declaration and the Key Features, gaps and slips included."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from support import SHARED

from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, PREFIXES, SKOS, UNIT


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """All files of the ontology in one graph."""
    store = ox.Store()
    for path in resources.turtle_files("ontology"):
        store.extend(resources.read_turtle(path, DEFAULT_BASE))
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(query, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(str(getattr(term, "value", "")) for term in row) for row in found]


def count(store: ox.Store, kind: str) -> int:
    return int(rows(store, f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s a lc:{kind} }}")[0][0])


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("Commitment", 12),
        ("Action", 50),
        ("CallToAction", 5),
        ("Edition", 1),
        ("FocalAreaGroup", 3),
        ("FocalArea", 12),
        ("KeyFeature", 38),
        ("Measure", 54),
        ("ValueCell", 79),
        ("SelectionCriterion", 6),
        ("SourceFramework", 7),
        ("City", 69),
    ],
)
def test_everything_is_there(store: ox.Store, kind: str, number: int) -> None:
    assert count(store, kind) == number


def test_the_temple_has_a_pediment_of_three_six_columns_and_three_steps(framework: Framework) -> None:
    parts = Counter(area.temple_part for area in framework.edition().areas)
    assert parts == {"pediment": 3, "columns": 6, "steps": 3}


def test_six_actions_are_served_by_no_feature(store: ox.Store) -> None:
    unserved = rows(
        store,
        """SELECT ?code WHERE { ?action a lc:Action ; skos:notation ?code
           FILTER NOT EXISTS { ?f lc:addressesDirectly|lc:addressesPartially ?action } } ORDER BY ?code""",
    )
    declared = rows(
        store,
        """SELECT ?code WHERE { ?a lc:alignmentRelation <https://w3id.org/lcgraph/code/alignment-relation/gap> ;
           lc:alignsAction/skos:notation ?code } ORDER BY ?code""",
    )
    assert unserved == declared == [("10.3",), ("2.2",), ("4.4",), ("5.2",), ("5.4",), ("8.2",)]


def test_two_features_are_asked_for_by_no_action_of_their_commitment(store: ox.Store) -> None:
    unasked = rows(
        store,
        """SELECT ?code WHERE { ?f a lc:KeyFeature ; skos:notation ?code ; lc:featureOf ?area . ?c lc:realisedBy ?area
           FILTER NOT EXISTS { ?f lc:addressesDirectly|lc:addressesPartially ?action . ?action lc:actionOf ?c } }
           ORDER BY ?code""",
    )
    assert unasked == [("2.5.4",), ("3.2.3",)]


def test_each_commitment_is_realised_by_one_area(framework: Framework) -> None:
    assert [len(commitment.areas) for commitment in framework.commitments] == [1] * 12


def test_a_measure_informs_only_actions_that_its_feature_addresses(store: ox.Store) -> None:
    assert not rows(
        store,
        """SELECT ?measure ?action WHERE { ?measure lc:informsDirectly|lc:informsPartially ?action ; lc:measureOf ?feature
           FILTER NOT EXISTS { ?feature lc:addressesDirectly|lc:addressesPartially ?action } }""",
    )


def test_where_an_alignment_names_measures_only_those_inform_the_action(store: ox.Store) -> None:
    assert not rows(
        store,
        """SELECT ?measure ?action WHERE {
             ?alignment lc:alignsAction ?action ; lc:alignsFeature ?feature ; lc:alignsMeasure ?some .
             ?measure lc:measureOf ?feature ; lc:informsDirectly|lc:informsPartially ?action .
             FILTER NOT EXISTS { ?alignment lc:alignsMeasure ?measure } }""",
    )


def test_every_measure_has_what_a_figure_needs(framework: Framework) -> None:
    for measure in framework.measures:
        assert measure.expected_source in framework.codes("data-source-type").codes, measure.code
        assert measure.value_type in framework.codes("value-type").codes, measure.code
        assert measure.polarity in framework.codes("polarity").codes, measure.code
        assert measure.unit in framework.units, measure.code
        assert set(measure.unit_label) == {"en", "zh"}, measure.code
        assert measure.minimum is not None, measure.code
        assert measure.cells, measure.code
        if measure.value_type == "percentage":
            assert [measure.minimum, measure.maximum] == [0, 100], measure.code
        if measure.value_type == "ordinal-5":
            assert [measure.minimum, measure.maximum] == [1, 5], measure.code


def test_units_of_our_own_are_only_those_that_qudt_does_not_have(framework: Framework) -> None:
    own = {unit.iri for unit in framework.units if not unit.iri.startswith(UNIT)}
    assert all(iri.startswith(DEFAULT_BASE + "unit/") for iri in own)
    assert {unit.iri.removeprefix(UNIT) for unit in framework.units if unit.iri.startswith(UNIT)} == {
        "PERCENT",
        "YR",
        "TONNE-PER-YR",
        "KiloGM-PER-YR",
        "UNITLESS",
    }


def test_a_pupil_teacher_ratio_is_not_a_per_cent(framework: Framework) -> None:
    """The source document gives it in per cent; the graph reads it as a ratio and says so."""
    measure = framework.measures.code("2.5.1-a")
    assert measure.unit == UNIT + "UNITLESS"
    assert "unit % is wrong for a ratio" in measure.notes["en"]
    assert measure.cells[0].code == "2.5.1-a.pre-primary"


def test_every_item_is_named_and_defined_in_both_languages(store: ox.Store) -> None:
    missing = rows(
        store,
        """SELECT DISTINCT ?item ?property ?language WHERE {
             VALUES ?property { skos:prefLabel skos:definition }
             VALUES ?language { "en" "zh" }
             ?item skos:notation ?code
             FILTER NOT EXISTS { ?item ?property ?text FILTER (LANG(?text) = ?language) } }""",
    )
    assert missing == []


def test_every_note_is_in_both_languages(store: ox.Store) -> None:
    notes = Counter(rows(store, "SELECT ?item (LANG(?note) AS ?language) WHERE { ?item skos:note ?note }"))
    for (item, language), number in notes.items():
        other = "zh" if language == "en" else "en"
        assert notes[item, other] == number, item


def test_every_term_is_labelled_and_defined_once_in_each_language(store: ox.Store) -> None:
    wrong = rows(
        store,
        f"""SELECT ?term ?property ?language (COUNT(?text) AS ?n) WHERE {{
             VALUES ?property {{ rdfs:label skos:definition }}
             VALUES ?language {{ "en" "zh" }}
             ?term a ?kind FILTER (?kind IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty))
             FILTER (STRSTARTS(STR(?term), "{LC}"))
             OPTIONAL {{ ?term ?property ?text FILTER (LANG(?text) = ?language) }}
           }} GROUP BY ?term ?property ?language HAVING (COUNT(?text) != 1)""",
    )
    assert wrong == []


def test_every_term_of_ours_that_is_used_is_declared(store: ox.Store) -> None:
    used = {
        term.value
        for quad in store
        for term in (quad.predicate, quad.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(LC)
    }
    declared = {row[0] for row in rows(store, "SELECT ?term WHERE { ?term a ?kind }")}
    assert used <= declared


def test_the_ontology_header_names_version_licence_creator_and_prefix(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?version ?licence ?creator ?prefix WHERE { <https://w3id.org/lcgraph/ontology> owl:versionIRI ?version ;
           dcterms:license ?licence ; dcterms:creator ?creator ; <http://purl.org/vocab/vann/preferredNamespacePrefix> ?prefix }""",
    )
    assert found == [
        (
            "https://w3id.org/lcgraph/ontology/0.1.0",
            "https://creativecommons.org/licenses/by/4.0/",
            "The lcgraph founders",
            "lc",
        )
    ]


def test_no_swedish_municipality_is_said_to_be_a_member(store: ox.Store) -> None:
    members = rows(
        store,
        """SELECT ?city WHERE { ?city lc:country <https://w3id.org/lcgraph/country/SE> ; lc:membership/lc:membershipStatus ?status
           FILTER (?status != <https://w3id.org/lcgraph/code/membership-status/not-evidenced>) }""",
    )
    assert members == []
    assert len(rows(store, "SELECT ?c WHERE { ?c lc:country <https://w3id.org/lcgraph/country/SE> }")) == 40


def test_each_membership_that_is_evidenced_names_where_it_is_read(store: ox.Store) -> None:
    without = rows(
        store,
        """SELECT ?m WHERE { ?m lc:membershipStatus <https://w3id.org/lcgraph/code/membership-status/member>
           FILTER NOT EXISTS { ?m dcterms:source ?where } }""",
    )
    assert without == []


SOURCE_TABLES = SHARED / "content"


@pytest.mark.skipif(not SOURCE_TABLES.is_dir(), reason="the source document's tables do not lie beside the project")
@pytest.mark.parametrize(
    ("table", "kind", "code", "zh"),
    [
        ("commitments", "Commitment", "number", "title_zh"),
        ("actions", "Action", "", "text_zh"),
        ("features", "KeyFeature", "code", "title_zh"),
        ("criteria", "SelectionCriterion", "number", "label_zh"),
    ],
)
def test_the_chinese_wording_is_that_of_the_source_document(
    store: ox.Store, table: str, kind: str, code: str, zh: str
) -> None:
    with Path(SOURCE_TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as source:
        wanted = {
            (row[code] if code else f"{row['commitment']}.{row['number']}"): row[zh] for row in csv.DictReader(source)
        }
    query = f"""SELECT ?code ?label WHERE {{ ?s a lc:{kind} ; skos:notation ?code ; skos:prefLabel ?label
                FILTER (LANG(?label) = "zh") }}"""
    found = {row[0]: row[1] for row in rows(store, query)}
    assert found == wanted


@pytest.mark.skipif(not SOURCE_TABLES.is_dir(), reason="the source document's tables do not lie beside the project")
def test_definitions_and_notes_of_measures_are_those_of_the_source_tables(store: ox.Store) -> None:
    with (SOURCE_TABLES / "measures.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            iri = ox.NamedNode(f"{DEFAULT_BASE}measure/{row['code']}")
            definition = ox.Literal(row["definition_zh"], language="zh")
            assert ox.Quad(iri, ox.NamedNode(SKOS + "definition"), definition) in store, row["code"]
            if row["note"]:
                note = ox.Literal(row["note"], language="en")
                assert ox.Quad(iri, ox.NamedNode(SKOS + "note"), note) in store, row["code"]
