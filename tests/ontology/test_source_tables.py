"""The ontology says what the source document's tables say, field by field, Chinese wording letter by letter.

The tables lie beside the project, not in it; ``test_content.py`` pins the essential facts without them.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import Decimal

import pyoxigraph as ox
import pytest
from support import SHARED

from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Item, Measure
from lcgraph.framework.namespaces import DEFAULT_BASE, DIMENSIONS, LC, PREFIXES, SKOS, UNIT, local_name

TABLES = SHARED / "content"
pytestmark = pytest.mark.skipif(
    not TABLES.is_dir(), reason="the source document's tables do not lie beside the project"
)

OWN_NAMES = {
    "expert-review": "专家评审",
    "official": "市政府提供的官方数据",
    "survey": "调查结果",
}
"""What the column of sources says for each data source type, but for a slip or two that notes name."""

MEMBERS = {
    "": {},
    "sex": {"male": "sex-M", "female": "sex-F", "boys": "sex-M", "girls": "sex-F", "total": "sex-T"},
    "household income": {"bottom 20%": "bottom-20", "top 20%": "top-20"},
    "sector": {"public": "public", "private": "private"},
    "setting": {"school": "school", "community learning space": "community-learning-space"},
    "education level": {
        "pre-primary": "pre-primary",
        "primary": "primary",
        "secondary": "secondary",
        "tertiary": "tertiary",
        "adult and continuing": "adult-continuing",
    },
    "total": {},
}
DIMENSION = dict(zip(("sex", "household income", "sector", "education level", "setting"), DIMENSIONS, strict=True))


def table(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    for path in resources.turtle_files("ontology"):
        store.extend(resources.read_turtle(path, DEFAULT_BASE))
    return store


def said(store: ox.Store, item: str, prop: str, language: str | None = None) -> set[str]:
    """The values of a property: those in a language, or those without any."""
    return {
        quad.object.value
        for quad in store.quads_for_pattern(ox.NamedNode(DEFAULT_BASE + item), ox.NamedNode(prop), None, None)
        if isinstance(quad.object, ox.NamedNode | ox.Literal)
        and (getattr(quad.object, "language", None) or None) == language
    }


def place_names(store: ox.Store, item: str) -> tuple[set[str], set[str]]:
    return said(store, item, LC + "place", "en"), said(store, item, LC + "place", "zh")


def test_commitments_with_their_rationale(store: ox.Store, framework: Framework) -> None:
    for row in table("commitments"):
        item = framework.commitments.code(row["number"])
        assert item.label == {"en": row["title_en"], "zh": row["title_zh"]}
        assert said(store, f"commitment/{item.code}", LC + "rationale", "en") == {row["rationale_en"]}
        assert len(said(store, f"commitment/{item.code}", LC + "rationale", "zh")) == 1


def test_actions(framework: Framework) -> None:
    wanted = {
        f"{row['commitment']}.{row['number']}": ({"en": row["label_en"], "zh": row["text_zh"]}, row["commitment"])
        for row in table("actions")
    }
    found = {a.code: (dict(a.label), framework.commitments[a.commitment].code) for a in framework.actions}
    assert found == wanted


def test_calls(store: ox.Store) -> None:
    for row in table("calls"):
        assert said(store, f"call/{row['number']}", LC + "sourceWording", "zh") == {row["text_zh"]}
        assert said(store, f"call/{row['number']}", LC + "addressee", "en") == {row["addressee"]}


def test_groups_and_areas(store: ox.Store, framework: Framework) -> None:
    edition = framework.edition()
    for row in table("areas"):
        register = edition.groups if row["level"] == "group" else edition.areas
        item = register.code(row["code"])
        assert item.label == {"en": row["title_en"], "zh": row["title_zh"]}
        assert item.temple_part == row["temple_part"]
        if row["parent"]:
            assert item.iri in edition.groups.code(row["parent"]).areas
        variants = {re.sub(r" \(.*\)$", "", variant) for variant in row["title_zh_variants"].split(" | ") if variant}
        kind = "group" if row["level"] == "group" else "area"
        found = {re.sub(r"（[^（]*）$", "", v) for v in said(store, f"{kind}/{row['code']}", LC + "variantTitle", "zh")}
        assert found == variants


def test_features(framework: Framework) -> None:
    edition = framework.edition()
    wanted = {r["code"]: ({"en": r["title_en"], "zh": r["title_zh"]}, r["area"]) for r in table("features")}
    assert {f.code: (dict(f.label), edition.areas[f.area].code) for f in edition.features} == wanted


def unit_is(measure: Measure, row: dict[str, str], ucum: set[str]) -> bool:
    """Whether the unit means what the table gives in UCUM; QUDT's name is used where it has the very unit."""
    wanted = row["unit_ucum"]
    if "a year assumed" in row["note"]:
        wanted += "/a"
    if not measure.unit.startswith(UNIT):
        return ucum == {wanted}
    per_head = wanted.replace("/{person}", "")  # QUDT counts by the year; "for each person" stands in words
    return ucum <= {wanted, per_head} and f"unit:{local_name(measure.unit)}" == row["unit_qudt"]


def test_measures(store: ox.Store, framework: Framework) -> None:
    edition = framework.edition()
    rows = table("measures")
    assert [measure.code for measure in edition.measures] == [row["code"] for row in rows]
    for row in rows:
        measure = edition.measures.code(row["code"])
        about = row["code"]
        supplied = "name supplied by us" in row["note"]  # the table puts such a name in brackets
        wanted = {"en": row["name_en"], "zh": row["name_zh"]}
        assert measure.label == ({k: text.strip("()（）") for k, text in wanted.items()} if supplied else wanted), about
        assert measure.definition == {"en": row["definition_en"], "zh": row["definition_zh"]}, about
        assert edition.features[measure.feature].code == row["feature"], about
        assert measure.expected_source == row["data_source"], about
        assert OWN_NAMES[measure.expected_source] == row["data_source_zh"] or row["data_source_zh"] in row["note"], (
            about
        )
        assert measure.value_type == row["value_type"], about
        ucum = {
            quad.object.value
            for quad in store.quads_for_pattern(
                ox.NamedNode(measure.unit), ox.NamedNode(PREFIXES["qudt"] + "ucumCode"), None, None
            )
            if isinstance(quad.object, ox.Literal)
        }
        assert unit_is(measure, row, ucum), (about, measure.unit)
        assert measure.minimum == (Decimal(row["min"]) if row["min"] else None), about
        assert measure.maximum == (Decimal(row["max"]) if row["max"] else None), about
        assert len(measure.cells) == int(row["value_slots"]), about


def test_a_maximum_is_firm_unless_the_table_says_that_figures_may_pass_it(framework: Framework) -> None:
    for row in table("measures"):
        measure = framework.measures.code(row["code"])
        may = row["may_exceed_100"]
        for_people = may.startswith("no for people")  # whoever counts subscriptions counts something else
        firm = may in {"no", "n/a"} or measure.maximum is None or for_people
        assert measure.maximum_is_firm == firm, row["code"]
        if may not in {"no", "n/a"}:
            assert measure.range_note["en"] == may.replace("n/a", "not applicable"), row["code"]


def test_polarity(framework: Framework) -> None:
    for row in table("measures"):
        polarity = framework.measures.code(row["code"]).polarity
        wanted = "parity" if "parity" in row["polarity"] else row["polarity"].partition(" ")[0]
        assert polarity == wanted, row["code"]


def test_value_cells(store: ox.Store, framework: Framework) -> None:
    rows = table("measure_slots")
    assert len(framework.edition().cells) == len(rows)
    for row in rows:
        measure = framework.measures.code(row["measure"])
        cell = measure.cells[int(row["slot"]) - 1]
        about = (row["measure"], row["slot"])
        wanted = dict(framework.totals)
        if row["dimension"] in DIMENSION:
            name = MEMBERS[row["dimension"]][row["member"]]
            split = {local_name(cell.dimensions[DIMENSION[row["dimension"]]])}
            assert split == {name}, about
            del wanted[DIMENSION[row["dimension"]]]
        assert {d: cell.dimensions[d] for d in wanted} == wanted, about
        wording = said(store, f"cell/{cell.code}", LC + "sourceWording", "zh")
        assert wording == ({row["cell_zh"]} if row["cell_zh"] else set()), about


def test_criteria_and_source_frameworks(store: ox.Store) -> None:
    for row in table("criteria"):
        item = f"criterion/{row['number']}"
        assert said(store, item, SKOS + "prefLabel", "zh") == {row["label_zh"]}
        assert said(store, item, SKOS + "prefLabel", "en") == {row["label_en"]}
        (definition,) = said(store, item, SKOS + "definition", "en")
        assert row["gloss_en"].casefold() in definition.casefold()
    for row in table("frameworks"):
        if not row["number"].isdigit():
            continue  # the source of the criteria, not one of the seven
        item = f"source-framework/{row['id'].lower()}"
        assert said(store, item, LC + "sourceWording", "zh") == {row["text_zh"]}
        assert said(store, item, SKOS + "prefLabel", "en") == {row["title_en"]}
        assert said(store, item, LC + "statedYear") == {row["year_in_seed"]}


def test_the_crosswalk(store: ox.Store) -> None:
    query = """SELECT ?c ?area ?feature ?action ?relation ?reason WHERE {
        ?a a lc:Alignment ; lc:alignsCommitment/skos:notation ?c ; lc:alignmentRelation ?r ; skos:definition ?reason .
        ?r skos:notation ?relation FILTER (LANG(?reason) = "en")
        OPTIONAL { ?a lc:alignsArea/skos:notation ?area } OPTIONAL { ?a lc:alignsFeature/skos:notation ?feature }
        OPTIONAL { ?a lc:alignsAction/skos:notation ?action } }"""
    solutions = store.query(query, prefixes=PREFIXES)
    assert isinstance(solutions, ox.QuerySolutions)
    found = Counter(tuple(getattr(term, "value", "") for term in row) for row in solutions)
    wanted = Counter(
        (
            row["commitment"],
            row["area"],
            row["feature"],
            f"{row['commitment']}.{row['action']}" if row["action"] else "",
            row["relation"].replace(" ", "-"),
            row["reason"],
        )
        for row in table("crosswalk")
    )
    assert found == wanted


def test_the_crosswalk_is_said_by_plain_links_too(store: ox.Store) -> None:
    for relation, prop in (("direct", "addressesDirectly"), ("partial", "addressesPartially")):
        wanted = {
            (row["feature"], f"{row['commitment']}.{row['action']}")
            for row in table("crosswalk")
            if row["relation"] == relation
        }
        found = {
            (local_name(quad.subject.value), local_name(quad.object.value))
            for quad in store.quads_for_pattern(None, ox.NamedNode(LC + prop), None, None)
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
        }
        assert found == wanted
    realised = {
        (local_name(quad.subject.value), local_name(quad.object.value))
        for quad in store.quads_for_pattern(None, ox.NamedNode(LC + "realisedBy"), None, None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
    assert realised == {(r["commitment"], r["area"]) for r in table("crosswalk") if r["relation"] == "corresponds"}


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("actions", "action", "{commitment}.{number}"),
        ("areas", "", "{code}"),
        ("measures", "measure", "{code}"),
        ("frameworks", "source-framework", "{id}"),
    ],
)
def test_every_note_stands_beside_its_item_with_the_place_in_the_source(
    store: ox.Store, name: str, kind: str, code: str
) -> None:
    for row in table(name):
        if row.get("number") == "criteria source":
            continue
        item = f"{kind or row['level']}/{code.format(**row)}"
        item = item.lower() if name == "frameworks" else item
        english = said(store, item, SKOS + "note", "en")
        if row["note"]:
            assert row["note"] in english, item
            assert len(said(store, item, SKOS + "note", "zh")) == len(english), item
        if name != "frameworks":
            assert all(map(len, place_names(store, item))), item


def test_nothing_that_the_tables_give_from_memory_is_given_as_the_final_edition(
    store: ox.Store, framework: Framework
) -> None:
    assert [edition.code for edition in framework.editions] == ["2013-draft"]
    from_memory = {row["final_title_own_words"] for row in table("final_vs_draft") if row["final_title_own_words"]}
    own = {row["title_en"] for row in table("features")} | {row["label_en"] for row in table("actions")}
    own |= {row["name_en"] for row in table("measures")}
    texts = {quad.object.value for quad in store if isinstance(quad.object, ox.Literal)}
    assert not (from_memory - own) & texts


def test_every_item_of_the_tables_is_in_the_graph_and_no_other(framework: Framework) -> None:
    edition = framework.edition()
    registers: dict[str, list[Item]] = {
        "commitments": [*framework.commitments],
        "actions": [*framework.actions],
        "areas": [*edition.groups, *edition.areas],
        "features": [*edition.features],
        "measures": [*edition.measures],
        "measure_slots": [*edition.cells],
    }
    assert {name: len(items) for name, items in registers.items()} == {name: len(table(name)) for name in registers}
