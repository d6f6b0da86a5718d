"""The questions on who handed in what, who accepted it and where a figure comes from, worked out by hand.

===========  =======================================================================================
day of March  what happened
===========  =======================================================================================
1            Cork 2015 arrives, as a table
2            Cork 2016 arrives
5            a revision of Cork 2016 takes its place, as a workbook
6            Limerick 2016 arrives
7            Limerick 2016 is withdrawn
8            Limerick hands 2016 in anew: a second revision that supersedes nothing
9            Cork 2015 is withdrawn
===========  =======================================================================================
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from handing_in import rows
from support import Clock, asking

from lcgraph.archive.records import Accepted
from lcgraph.asking.answer import Answerer
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

HEAD = "record,city,year,edition,submitter,key,type,title,title_zh,publisher,link,measure,period,sex,value,match,source,conversion,supports,reason\n"

CORK_2015 = """\
submission,ie-cork,2015,2013-draft,Cork City Council,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,劳动力调查,CSO,https://example.org/lfs,,,,,,,,,
observation,,,,,,,,,,,1.2.2-a,2015,,20,,lfs,,,
"""
CORK_2016 = """\
submission,ie-cork,2016,2013-draft,Cork City Council,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,,CSO,,,,,,,,,,
observation,,,,,,,,,,,1.2.2-a,2016,female,99,,lfs,,,
observation,,,,,,,,,,,1.1.2-a,2016,,101,,lfs,,,
"""
CORK_2016_REVISED: list[tuple[str, list[list[object]]]] = [
    (
        "submission",
        [["city", "year", "edition", "submitter"], ["ie-cork", 2016, "2013-draft", "Cork Learning City"]],
    ),
    (
        "sources",
        [
            ["key", "type", "title", "publisher", "link"],
            ["lfs", "official", "Labour force survey", "CSO", "https://example.org/lfs"],
            ["asked", "survey", "Residents asked", None, None],
        ],
    ),
    (
        "observations",
        [
            ["measure", "period", "sex", "value", "match", "source", "conversion", "note"],
            ["1.2.2-a", 2016, "female", 0, "exact", "lfs;asked", None, None],
            ["1.2.2-a", 2015, "male", 12.5, "close", "lfs", "halved", "Another age limit."],
            ["3.1.2-a", 2016, None, 4, "exact", "asked", None, None],
        ],
    ),
    (
        "gaps",
        [
            ["measure", "period", "sex", "reason"],
            ["1.1.2-a", 2015, None, "not-collected"],
            ["1.1.2-a", 2016, None, "not-available"],
        ],
    ),
    ("targets", [["measure", "period", "value"], ["1.2.2-a", 2020, 8]]),
    (
        "documents",
        [
            ["key", "type", "title", "supports"],
            ["plan", "strategy", "Learning plan", "10.2"],
            ["vision", "strategy", "Vision 2030", "10.1"],
        ],
    ),
]
LIMERICK = """\
submission,ie-limerick,2016,2013-draft,Limerick,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,,,,,,,,,,,,
observation,,,,,,,,,,,1.2.2-a,2016,,15,,lfs,,,
"""

BASE = "https://w3id.org/lcgraph/submission"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, lines in CORK_2016_REVISED:
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """The network of the table above; nobody changes it."""
    clock = Clock()
    network = Network(tmp_path_factory.mktemp("history"), clock=clock)

    def publish(day: int, name: str, data: bytes | str, by: str) -> None:
        clock.now = datetime(2026, 3, day, 9, 30, tzinfo=UTC)
        content = (HEAD + data).encode() if isinstance(data, str) else data
        network.publish([read(name, content, network.framework)], by)

    def withdraw(day: int, submission: str, reason: str, by: str) -> None:
        clock.now = datetime(2026, 3, day, 9, 30, tzinfo=UTC)
        network.withdraw(submission, reason, by)

    publish(1, "cork-2015.csv", CORK_2015, "Aoife")
    publish(2, "cork-2016.csv", CORK_2016, "Aoife")
    publish(5, "cork-2016 改.xlsx", workbook(), "Brian")
    publish(6, "limerick.csv", LIMERICK, "Aoife")
    withdraw(7, "ie-limerick/2016/1", "an error in the survey", "Brian")
    publish(8, "limerick.csv", LIMERICK.replace(",15,", ",14,"), "Aoife")
    withdraw(9, "ie-cork/2015/1", "of another city", "Ciara")
    return network


@pytest.fixture(scope="module")
def answers(history: Network) -> Iterator[Answerer]:
    with asking(history) as answerer:
        yield answerer


def at(day: int) -> str:
    return f"2026-03-{day:02d}T09:30:00Z"


def test_the_history_of_a_city_tells_who_did_what_when_and_from_which_file(answers: Answerer) -> None:
    columns = (
        "year revision state submitter files engine accepted_at accepted_by ended_at ended_by reason commit_number"
    )
    assert rows(answers, "submission-history", columns, city="ie-cork") == [
        (
            *(2015, 1, "withdrawn", "Cork City Council", "cork-2015.csv", "shacl"),
            *(at(1), "Aoife", at(9), "Ciara", "of another city", 1),
        ),
        (
            *(2016, 1, "superseded", "Cork City Council", "cork-2016.csv", "shacl"),
            *(at(2), "Aoife", at(5), "Brian", None, 2),
        ),
        (
            *(2016, 2, "current", "Cork Learning City", "cork-2016 改.xlsx", "shacl"),
            *(at(5), "Brian", None, None, None, 3),
        ),
    ]
    assert rows(answers, "submission-history", "year revision state superseded_by", "zh", city="ie-limerick") == [
        (2016, 1, "已撤回", None),  # what is handed in anew does not supersede what was withdrawn
        (2016, 2, "现行", None),
    ]


def test_the_history_tells_the_outcome_of_the_check_and_the_hash_of_the_graph(
    answers: Answerer, history: Network
) -> None:
    found = answers.ask("submission-history", {"city": "ie-cork"}, "en").rows
    events = [event for n in (1, 2, 3) for event in history.archive.commit(n).manifest.events]
    accepted = {event.submission: event for event in events if isinstance(event, Accepted)}
    assert {row["submission"] for row in found} == set(accepted)
    for row in found:
        event = accepted[str(row["submission"])]
        assert (row["warnings"], row["graph_hash"]) == (event.warnings, event.graph_hash)
    # 99 % of unemployed are unusual, and so are 101 % of voters, which are beyond the range besides; a survey without its body
    assert [row["warnings"] for row in found] == [0, 3, 1]
    assert {row["software"] for row in found} == {f"lcgraph {history.archive.commit(1).manifest.software}"}
    assert found[1]["superseded_by"] == f"{BASE}/ie-cork/2016/2"


def test_of_a_city_from_which_nothing_was_accepted_there_is_no_history(answers: Answerer) -> None:
    answer = answers.ask("submission-history", {"city": "pt-braga"}, "en")
    assert answer.rows == ()
    assert answer.nothing() == "Nothing was ever accepted from the city."


def test_what_arrived_since_a_day_comes_oldest_first(answers: Answerer) -> None:
    columns = "at event city_code year revision submitter by reason"
    cork, new, limerick = "Cork City Council", "Cork Learning City", "Limerick"
    events = [
        (at(1), "arrived", "ie-cork", 2015, 1, cork, "Aoife", None),
        (at(2), "arrived", "ie-cork", 2016, 1, cork, "Aoife", None),
        (at(5), "superseded", "ie-cork", 2016, 1, cork, "Brian", None),
        (at(5), "arrived", "ie-cork", 2016, 2, new, "Brian", None),
        (at(6), "arrived", "ie-limerick", 2016, 1, limerick, "Aoife", None),
        (at(7), "withdrawn", "ie-limerick", 2016, 1, limerick, "Brian", "an error in the survey"),
        (at(8), "arrived", "ie-limerick", 2016, 2, limerick, "Aoife", None),
        (at(9), "withdrawn", "ie-cork", 2015, 1, cork, "Ciara", "of another city"),
    ]
    assert rows(answers, "arrivals", columns, since="2026-01-01") == events
    assert rows(answers, "arrivals", columns, since="2026-03-05") == events[2:]  # the day itself counts
    assert rows(answers, "arrivals", columns, since="2026-03-06") == events[4:]
    answer = answers.ask("arrivals", {"since": "2026-03-10"}, "zh")
    assert answer.rows == ()
    assert answer.nothing() == "此后没有提交被接受、取代或撤回。"


def test_what_is_no_longer_published_comes_with_its_reason(answers: Answerer) -> None:
    columns = "city_code year revision event at by reason submitter accepted_at accepted_by superseded_by"
    new = f"{BASE}/ie-cork/2016/2"
    expected = [
        *[
            (
                "ie-cork",
                2015,
                1,
                "withdrawn",
                at(9),
                "Ciara",
                "of another city",
                "Cork City Council",
                at(1),
                "Aoife",
                None,
            )
        ],
        *[("ie-cork", 2016, 1, "superseded", at(5), "Brian", None, "Cork City Council", at(2), "Aoife", new)],
        *[
            (
                "ie-limerick",
                2016,
                1,
                "withdrawn",
                at(7),
                "Brian",
                "an error in the survey",
                "Limerick",
                at(6),
                "Aoife",
                None,
            )
        ],
    ]
    assert rows(answers, "withdrawals", columns) == expected
    assert rows(answers, "withdrawals", columns, country="IE") == expected
    assert answers.ask("withdrawals", {"country": "FI"}, "en").nothing() == "No submission was withdrawn or superseded."


def test_the_contents_of_a_submission_are_counted_by_measure(answers: Answerer) -> None:
    columns = "kind measure_code label count proxies first_year last_year source_types sources details"
    both = ("official data; survey", "Residents asked; Labour force survey")
    found = rows(answers, "submission-contents", columns, city="ie-cork", year="2016")
    assert found == [
        ("figure", "1.2.2-a", "Unemployment rate", 2, 1, 2015, 2016, found[0][7], found[0][8], None),
        ("figure", "3.1.2-a", "Public policies and strategies", 1, 0, 2016, 2016, "survey", "Residents asked", None),
        *[("declared gap", "1.1.2-a", "Election turnout", 2, None, 2015, 2016, None, None, found[2][9])],
        ("target", "1.2.2-a", "Unemployment rate", 1, None, 2020, 2020, None, None, None),
        ("document", None, "strategy", 2, None, None, None, None, None, "Learning plan; Vision 2030"),
    ]
    assert [set(str(text).split("; ")) for text in found[0][7:9]] == [set(text.split("; ")) for text in both]
    assert set(str(found[2][9]).split("; ")) == {"not collected", "not available"}


@pytest.mark.parametrize(("city", "year"), [("ie-cork", "2015"), ("ie-cork", "2014"), ("pt-braga", "2016")])
def test_what_was_withdrawn_or_never_handed_in_has_no_contents(city: str, year: str, answers: Answerer) -> None:
    answer = answers.ask("submission-contents", {"city": city, "year": year}, "en")
    assert answer.rows == ()
    assert answer.nothing() == "The city has published nothing for this reference year."


def test_a_figure_leads_back_to_the_cell_of_the_file_and_to_who_accepted_it(answers: Answerer) -> None:
    columns = "year figure value match publisher source_link file sheet cell stated_as conversion"
    people = "reference_year revision submitter accepted_by accepted_at submission"
    here = (2016, 2, "Cork Learning City", "Brian", at(5), f"{BASE}/ie-cork/2016/2")
    file, lfs = "cork-2016 改.xlsx", "https://example.org/lfs"
    male, female = "Unemployment rate: male", "Unemployment rate: female"
    assert rows(answers, "figure-origin", f"{columns} {people}", city="ie-cork", measure="1.2.2-a") == [
        # what stood in the submission of 2015 is gone; this one speaks of 2015 too
        (2015, male, Decimal("12.5"), "close", "CSO", lfs, file, "observations", "D3", "12.5", "halved", *here),
        (2016, female, 0, "exact", "CSO", lfs, file, "observations", "D2", "0", None, *here),
    ]
    of_one = rows(
        answers, "figure-origin", "year source source_type", "zh", city="ie-cork", measure="1.2.2-a", year="2016"
    )
    assert [(year, set(str(source).split("; "))) for year, source, _ in of_one] == [
        (2016, {"Labour force survey", "Residents asked"})
    ]
    assert set(str(of_one[0][2]).split("; ")) == {"官方数据", "调查"}


@pytest.mark.parametrize("name", ["measure-series", "city-commitments", "figure-origin"])
def test_of_several_sources_one_alone_may_have_an_address(name: str, answers: Answerer) -> None:
    given = {"city": "ie-cork"} | ({} if name == "city-commitments" else {"measure": "1.2.2-a"})
    links = {row["source_link"] for row in answers.ask(name, given, "en").rows if row["value"] == 0}
    assert links == {"https://example.org/lfs"}


def test_a_figure_of_a_table_leads_back_to_its_line(answers: Answerer) -> None:
    columns = "year figure value file line cell revision submitter accepted_at publisher source_link"
    assert rows(answers, "figure-origin", columns, city="ie-limerick", measure="1.2.2-a") == [
        (2016, "Unemployment rate: total", 14, "limerick.csv", 4, "value", 2, "Limerick", at(8), None, None)
    ]
    answer = answers.ask("figure-origin", {"city": "ie-cork", "measure": "1.1.2-a"}, "en")
    assert answer.rows == ()  # its figure was superseded
    assert answer.nothing() == "The city has published no such figure."


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("submission-history", {"city": "ie-cork"}),
        ("arrivals", {"since": "2026-03-01"}),
        ("withdrawals", {}),
        ("submission-contents", {"city": "ie-cork", "year": "2016"}),
        ("figure-origin", {"city": "ie-cork", "measure": "1.2.2-a"}),
    ],
)
def test_asked_of_the_edition_of_all_submissions_the_answer_is_the_same(
    name: str, given: dict[str, str], language: str, answers: Answerer
) -> None:
    whole = answers.ask(name, given, language).rows
    assert whole
    assert answers.ask(name, {**given, "edition": "2013-draft"}, language).rows == whole
