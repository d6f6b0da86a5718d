"""The ontology holds all of the Declaration and the Key Features, gaps and slips included."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest

from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, PREFIXES, UNIT, local_name


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


def test_every_individual_of_ours_has_one_preferred_label_and_one_definition_in_each_language(store: ox.Store) -> None:
    """A part of a city (its point, count and membership) is named by the city; so is a component of a structure."""
    wrong = rows(
        store,
        f"""SELECT ?item ?property ?language (COUNT(?text) AS ?n) WHERE {{
             VALUES ?property {{ skos:prefLabel skos:definition }}
             VALUES ?language {{ "en" "zh" }}
             ?item a ?kind FILTER (STRSTARTS(STR(?item), "{DEFAULT_BASE}") && !CONTAINS(STR(?item), "#") && ?kind != owl:Ontology)
             OPTIONAL {{ ?item ?property ?text FILTER (LANG(?text) = ?language) }}
           }} GROUP BY ?item ?property ?language HAVING (COUNT(?text) != 1)""",
    )
    assert wrong == []


def test_nothing_is_deprecated_yet(store: ox.Store) -> None:
    assert rows(store, "SELECT ?term WHERE { ?term owl:deprecated ?yes }") == []


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


def test_each_commitment_has_its_actions(framework: Framework) -> None:
    numbers = Counter(framework.commitments[action.commitment].code for action in framework.actions)
    assert [numbers[commitment.code] for commitment in framework.commitments] == [4, 6, 3, 5, 4, 4, 4, 5, 4, 3, 3, 5]


def test_each_area_has_its_features_and_measures(framework: Framework) -> None:
    edition = framework.edition()
    features = Counter(edition.areas[feature.area].code for feature in edition.features)
    measures = Counter(edition.areas[edition.features[measure.feature].area].code for measure in edition.measures)
    assert {area.code: (features[area.code], measures[area.code]) for area in edition.areas} == {
        "1.1": (4, 7),
        "1.2": (5, 7),
        "1.3": (3, 6),
        "2.1": (3, 3),
        "2.2": (2, 2),
        "2.3": (3, 5),
        "2.4": (3, 6),
        "2.5": (4, 4),
        "2.6": (3, 5),
        "3.1": (2, 2),
        "3.2": (3, 3),
        "3.3": (3, 4),
    }


@pytest.mark.parametrize(
    ("item", "chinese", "english"),
    [
        ("commitment/7", "推广应用现代学习技术", "Extending the use of modern learning technologies"),
        ("action/7.2", "培训管理者、教师和教育工作者，让他们学会使用技术提升学习能力", "Administrators, teachers and educators trained in learning technology"),
        ("area/2.4", "扩展现代学习技术应用", "Extended use of modern learning technologies"),
        ("feature/1.1.2", "行使积极的公民权", "Active citizenship"),
        ("measure/1.1.2-a", "选举参与率", "Election turnout"),
        ("criterion/1", "重大性和可实现性", "Significant (ambitious) and achievable"),
    ],
)  # fmt: skip
def test_the_wording_is_that_of_the_source(store: ox.Store, item: str, chinese: str, english: str) -> None:
    labels = rows(store, f"SELECT ?l {{ <{DEFAULT_BASE}{item}> skos:prefLabel ?l }} ORDER BY LANG(?l)")
    assert labels == [(english,), (chinese,)]


def test_the_slips_of_the_source_are_kept_beside_what_the_project_reads(store: ox.Store) -> None:
    found = rows(
        store,
        f"""SELECT ?wording ?place {{ <{DEFAULT_BASE}measure/1.1.2-a> lc:sourceWording ?wording ; lc:place ?place
            FILTER (LANG(?place) = "en") }}""",
    )
    assert found == [
        (
            "选兴趣参与率：达法定投票年龄的人口参与最近一次城市主要选兴趣活动的比例",
            "table 1, row of feature 1.1.2",
        )
    ]


def test_value_cells_split_as_the_table_does(framework: Framework) -> None:
    split = Counter(
        (local_name(prop), local_name(code))
        for cell in framework.edition().cells
        for prop, code in cell.dimensions.items()
        if code != framework.totals[prop]
    )
    assert split == {
        ("sex", "sex-F"): 5,
        ("sex", "sex-M"): 5,
        ("householdIncome", "bottom-20"): 2,
        ("householdIncome", "top-20"): 2,
        ("sector", "private"): 2,
        ("sector", "public"): 2,
        ("setting", "community-learning-space"): 2,
        ("setting", "school"): 2,
        ("educationLevel", "pre-primary"): 2,
        ("educationLevel", "primary"): 2,
        ("educationLevel", "secondary"): 2,
        ("educationLevel", "tertiary"): 1,
        ("educationLevel", "adult-continuing"): 2,
    }


def test_what_is_known_from_memory_only_is_said_to_be(store: ox.Store) -> None:
    notes = rows(
        store,
        """SELECT ?code { ?item skos:note ?note ; skos:notation ?code FILTER (CONTAINS(?note, "from memory")) }
           ORDER BY ?code""",
    )
    assert notes == [("3.3",), ("6.3",)]
