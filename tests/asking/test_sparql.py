"""What a query asks for is known before it runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcgraph.asking import sparql
from lcgraph.errors import QueryRefused

PIECES = ["SELECT", "SERVICE", "<http://x/#>", "<", ">", "'", '"', '"""', "\\", "#", "\n", "?a", "a:b", "(", "{", "1e5"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)), st.booleans())
def test_the_tokens_of_a_text_are_the_text(text: str, compare: bool) -> None:
    assert "".join(token.text for token in sparql.tokens(text, compare=compare)) == text


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <http://x/> {} }",
        "ask { sErViCe ?x {} }",
        "ASK {{}SERVICE SILENT<http://x/>{}}",
        "ASK { ?s ?p trueSERVICE <http://x/> {} }",
        "ASK { ?s ?p 1e5SERVICE <http://x/> {} }",
        "PREFIX : <http://x/> ASK { SERVICE:a {} }",
        "PREFIX e5SERVICE: <http://y/> PREFIX : <http://x/> ASK { ?s ?p 1e5SERVICE:a {} }",
        "ASK { BIND(1 AS ?a) FILTER(?a<2)SERVICE#>\n<http://x/>{} }",
        "ASK { FILTER('a'<'>')SERVICE<http://x/>{}#'\n }",
        "ASK { FILTER(?a<'>')SERVICE<http://x/>{}#'\n }",
        "# a comment\nBASE <http://x/#> PREFIX a: <b> ASK { SERVICE a:x {} }",
    ],
)
def test_a_query_that_would_ask_another_service_is_refused(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE in line"):
        sparql.refuse(query)


def test_the_line_of_the_service_is_named() -> None:
    with pytest.raises(QueryRefused, match="line 3 "):
        sparql.refuse("ASK {\n # SERVICE\n SERVICE <http://x/> {} }")


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?service ?SERVICE $service }",
        "PREFIX service: <http://x/> ASK { service:a a service:SERVICE }",
        'ASK { ?a ?b "SERVICE", \'\'\'SERVICE <x>\'\'\', """a "SERVICE" b""" }',
        "ASK { ?a <http://x/SERVICE> _:SERVICE }",
        "PREFIX a: <http://x/> ASK { a:SERVICE a a:b\\#c } # SERVICE",
        "ASK { ?a ?b ?c FILTER(?a < 1 && ?c > 2 && ?service != <http://x/SERVICE>) }",
        'ASK { ?a ?b "x"@service }',
        "ASK FROM <http://x/> { ?a ?b 'LOAD DROP INSERT' }",
    ],
)
def test_a_query_that_only_speaks_of_services_passes(query: str) -> None:
    sparql.refuse(query)


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("PREFIX select: <http://x/> ASK {}", "ASK"),
        ("# SELECT\nBASE <http://ask/> construct where { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE<http://x/>", "DESCRIBE"),
        ("SELECT*{}", "SELECT"),
        ("CONSTRUCTWHERE{?s ?p ?o}", "CONSTRUCT"),
        ("SELECTDISTINCT?s{?s ?p ?o}", "SELECT"),
        ("askfrom<http://x/>{}", "ASK"),
        ("PREFIX construct:<http://x/>DESCRIBEconstruct:b", "DESCRIBE"),
        ("BASE<http://a/>PREFIXselect:<http://x/>ask{}", "ASK"),
        ("PREFIX : <http://x/> PREFIX ask: <http://y/> CONSTRUCT WHERE {}", "CONSTRUCT"),
        ("hello SELECT", ""),
        ("PREFIX a: <b> LOAD <http://x/>", "UPDATE"),
        ("insert data { <a> <b> <c> }", "UPDATE"),
        ("", ""),
        ("load: ?select", ""),
    ],
)
def test_the_form_of_a_query(query: str, form: str) -> None:
    assert sparql.form(query) == form


@pytest.mark.parametrize("update", ["LOAD <http://x/>", "DROP ALL", "with <g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"])
def test_an_update_is_refused(update: str) -> None:
    with pytest.raises(QueryRefused, match="This is an update"):
        sparql.refuse(update)
