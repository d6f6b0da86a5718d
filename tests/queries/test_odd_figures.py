"""Figures to look at again, on a network worked out by hand: jumps in a series, and values unlike those of others.

pt-braga reports emissions of 4, 5, 5, 5 and then 20; eight other cities report 1 to 7 and 10 for the same year.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyoxigraph as ox
import pytest
from handing_in import rows_of_the_edition as rows
from support import NOW, asking

from lcgraph.asking.answer import Answerer
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, LCS
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

HEAD = "record,city,year,edition,submitter,key,type,title,measure,period,value,match,source,note\n"
OTHERS = {
    "be-liege": "10",
    "ch-lausanne": "1",
    "de-dresden": "2",
    "es-girona": "3",
    "fi-espoo": "4",
    "fr-brest": "5",
    "gb-derby": "6",
    "gr-volos": "7",
}


def submitted(city: str, year: int, *figures: str) -> str:
    """A submission as a table; each figure as ``measure,period,value`` and what may follow."""
    lines = [f"submission,{city},{year},2013-draft,{city},,,,,,,,,", "source,,,,,s,survey,Survey,,,,,,"]
    lines += [f"observation,,,,,,,,{f}{',exact,s,' if f.count(',') == 2 else ''}" for f in figures]
    return HEAD + "\n".join(lines) + "\n"


SUBMISSIONS = (
    submitted("pt-braga", 2015, "1.3.1-a,2013,5", "1.3.1-a,2014,6", "1.3.1-b,2014,400", "1.3.1-b,2015,410"),
    submitted("pt-braga", 2016, "1.3.1-a,2016,5.5"),
    submitted(
        "pt-braga",
        2016,
        "1.3.1-a,2012,4",
        "1.3.1-a,2014,5",  # which takes the place of the 6 of the year before
        "1.3.1-a,2015,5",
        "1.3.1-a,2016,20,close,s,With shipping.",
        "1.3.1-b,2016,0",  # far from its past, which is too short
    ),
    *(submitted(city, 2016, f"1.3.1-a,2016,{value}") for city, value in OTHERS.items()),
    submitted("gr-athens", 2016, "1.3.1-a,2016,900"),
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """Answers over the network; nobody changes it."""
    network = Network(tmp_path_factory.mktemp("odd"), clock=lambda: NOW)
    for text in SUBMISSIONS:
        network.publish([read("handed-in.csv", text.encode(), network.framework)], "test")
    network.withdraw("gr-athens/2016/1", "a slip", "test")
    with asking(network) as answers:
        yield answers


JUMP = "measure_code figure year value direction least greatest first_year last_year years match note"


@pytest.mark.parametrize("given", [{}, {"measure": "1.3.1-a"}])
def test_a_figure_far_from_its_past_stands_beside_that_past(given: dict[str, str], odd: Answerer) -> None:
    emissions = "CO2 emissions per capita"
    assert rows(odd, "series-jumps", JUMP, city="pt-braga", **given) == [
        ("1.3.1-a", emissions, 2016, 20, "above", 4, 5, 2012, 2015, 4, "close", "With shipping.")
    ]


def test_no_jump_is_seen_where_there_is_none_or_no_past(odd: Answerer) -> None:
    assert rows(odd, "series-jumps", JUMP, city="pt-braga", measure="1.3.1-b") == []
    assert rows(odd, "series-jumps", JUMP, city="be-liege") == []
    assert rows(odd, "series-jumps", JUMP, city="gr-athens") == []


def test_a_jump_is_what_the_check_warns_of(odd: Answerer) -> None:
    (path,) = (path for path in resources.turtle_files("shapes") if path.stem == "thresholds")
    said = {q.predicate.value: q.object for q in resources.read_turtle(path, DEFAULT_BASE)}

    def threshold(name: str) -> Decimal:
        term = said[LCS + name]
        assert isinstance(term, ox.Literal)
        return Decimal(term.value)

    question = odd.library.get("series-jumps")
    assert question is not None
    assert f"?years >= {threshold('pastYears')} " in question.query
    for beyond in ("?value > ?greatest +", "?value < ?least -"):
        assert f"{beyond} {threshold('pastSpread')} * (?greatest - ?least)" in question.query
        assert f"{beyond} {threshold('pastShare')} * ABS(?greatest)" in question.query


def test_a_value_outside_what_others_show_is_a_question_to_the_city(odd: Answerer) -> None:
    columns = "city_code figure year value lower_quartile upper_quartile cities match question"
    (row,) = rows(odd, "unusual-values", columns, measure="1.3.1-a")
    # in order 1 2 3 4 5 6 7 10 20: the third and the seventh of nine, and 20 is more than 7 + 1.5 * 4
    assert row[:8] == ("pt-braga", "CO2 emissions per capita", 2016, 20, 3, 7, 9, "close")
    assert row[8] == "Is 20 right? Of the 9 cities that report it about half lie between 3 and 7."
    ((chinese,),) = rows(odd, "unusual-values", "question", "zh", measure="1.3.1-a", city="pt-braga")
    assert chinese == "数值20是否无误？填报此项的9个城市中，约半数在3至7之间。"
    assert rows(odd, "unusual-values", columns, measure="1.3.1-a", city="be-liege") == []
    assert rows(odd, "unusual-values", columns, measure="1.3.1-b") == []  # one city is no crowd
