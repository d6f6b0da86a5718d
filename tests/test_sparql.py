"""What a query asks for is known before it runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcgraph import sparql
from lcgraph.errors import QueryRefused, QuerySyntaxError

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


NESTED = {
    "in a subselect": "SELECT * {{ {{ SELECT * {{ {} }} }} }}",
    "in EXISTS": "SELECT * {{ ?s ?p ?o FILTER EXISTS {{ {} }} }}",
    "in NOT EXISTS": "ASK {{ FILTER NOT EXISTS {{ ?a ?b ?c . {} }} }}",
    "in an expression": "SELECT (EXISTS {{ {} }} AS ?x) {{}}",
    "in MINUS": "ASK {{ ?s ?p ?o MINUS {{ {} }} }}",
    "in OPTIONAL": "ASK {{ OPTIONAL {{ {} }} }}",
    "in UNION": "ASK {{ {{}} UNION {{ {} }} }}",
    "in GRAPH": "ASK {{ GRAPH ?g {{ {} }} }}",
    "in HAVING": "SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING (EXISTS {{ {} }})",
    "in ORDER BY": "SELECT ?s {{ ?s ?p ?o }} ORDER BY (EXISTS {{ {} }})",
    "in CONSTRUCT": "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o . {} }}",
    "in DESCRIBE": "DESCRIBE ?s {{ ?s ?p ?o {} }}",
    "after a comment": "ASK {{ # }}\n {} }}",
    "after a string": "ASK {{ ?s ?p 'it''s # \\'' . {} }}",
    "after a long string": 'ASK {{ ?s ?p """"#"" \\""" """ . {} }}',
    "after an IRI with a hash": "PREFIX a: <http://x/#> ASK {{ a:b a <http://x/#c> . {} }}",
    "after a name with escapes": "PREFIX a: <http://x/> ASK {{ a:b\\#c a a:\\(d . {} }}",
}
CALLS = [
    "SERVICE <http://x/> {}",
    "SERVICE SILENT <http://x/> {}",
    "service ?x {}",
    "SERVICE\n#\n<http://x/>{}",
    "\\u0053ERVICE <http://x/> {}",
    "\\u0053\\u0045\\u0052\\U00000056\\u0049\\u0043\\u0045 <http://x/> {}",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("place", NESTED)
def test_no_place_hides_that_another_service_is_asked(place: str, call: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE in line"):
        sparql.refuse(NESTED[place].format(call))


@pytest.mark.parametrize(
    "query",
    [
        'ASK { ?s ?p "a\\u0022 SERVICE <http://x/> {} #" }',
        "ASK { # a comment \\u000A SERVICE <http://x/> {}\n }",
        "ASK { ?s ?p <http://x/\\u003E SERVICE <http://x/> {} }",
        "PREFIX : <http://x/> ASK { \\u0053ERVICE:a {} }",
    ],
)
def test_escapes_are_read_in_both_ways_in_which_parsers_read_them(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE in line"):
        sparql.refuse(query)


def test_an_update_in_escapes_is_refused() -> None:
    with pytest.raises(QueryRefused, match="This is an update"):
        sparql.refuse("\\u0044ROP ALL")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT * FROM <a> FROM NAMED <b> { ?s ?p ?o }", ("<a>", "<b>")),
        ("PREFIX e: <urn:e/> ASK from e:a { ?s ?p 'FROM <c>' }", ("e:a",)),
        ("SELECT*FROM<urn:h>{}", ("<urn:h>",)),
        ("SELECT (1 < 2 AS ?x) (EXISTS { ?a ?b ?c } AS ?y) FROM <a#b> { }", ("<a#b>",)),
        ("CONSTRUCT { ?s <FROM> <x> } FROM <a> WHERE { ?s ?p ?o }", ("<a>",)),
        ("DESCRIBE <x> # FROM <b>\nFROM # no\n<a>", ("<a>",)),
        ("ASK { ?from <urn:from> 'FROM <x>' }", ()),
        ("PREFIX from: <urn:from/> DESCRIBE from:a", ()),
        ("SELECT ?from { ?from ?p ?o }", ()),
    ],
)
def test_the_graphs_that_a_query_names_are_found(query: str, names: tuple[str, ...]) -> None:
    assert sparql.dataset_clause(query)[1] == names


@pytest.mark.parametrize("query", ["ASKFROM<urn:h>{}", "ASK FROMNAMED<urn:h>{}", "ASK FROMe:a {}"])
def test_a_clause_that_may_be_read_in_two_ways_is_an_error(query: str) -> None:
    with pytest.raises(QuerySyntaxError, match="not set apart"):
        sparql.dataset_clause("PREFIX e: <urn:e/> " + query)
