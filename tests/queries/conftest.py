"""A network of few cities, small enough to work out every answer by hand.

=============  ===========================================================================
ie-cork        2015, and 2016 in its second revision: figures, gaps, documents, a proxy
ie-dublin      a document only
ie-limerick    handed in and withdrew
fi-espoo       says that measures are not available or do not apply, and reports one figure
pt-braga       nothing
=============  ===========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support import NOW, asking

from lcgraph.asking.answer import Answerer
from lcgraph.framework.framework import framework
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

HEAD = (
    "record,city,year,edition,submitter,key,type,title,title_zh,title_fr,link,issued,"
    "measure,period,sex,sector,value,match,source,note,note_zh,supports,reason\n"
)

CORK_2015 = """\
submission,ie-cork,2015,2013-draft,Cork City Council,,,,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,,,,,,,,,,,,,,,
observation,,,,,,,,,,,,1.2.2-a,2015,,,20,,lfs,,,,
observation,,,,,,,,,,,,1.2.2-a,2015,female,,18,,lfs,,,,
observation,,,,,,,,,,,,1.3.1-a,2015,,,4.5,,lfs,,,,
gap,,,,,,,,,,,,1.2.3-b,2015,,,,,,,,,not-applicable
"""

CORK_2016_FIRST = """\
submission,ie-cork,2016,2013-draft,Cork City Council,,,,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,,,,,,,,,,,,,,,
observation,,,,,,,,,,,,1.2.2-a,2016,female,,99,,lfs,,,,
observation,,,,,,,,,,,,1.1.2-a,2016,,,61,,lfs,,,,
"""

CORK_2016 = """\
submission,ie-cork,2016,2013-draft,Cork City Council,,,,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,劳动力调查,,https://example.org/lfs,,,,,,,,,,,,
source,,,,,residents,survey,,居民调查,,https://example.org/residents,,,,,,,,,,,,
observation,,,,,,,,,,,,1.2.2-a,2016,female,,0,,lfs;residents,,四舍五入,,
observation,,,,,,,,,,,,1.2.2-a,2016,male,,12.5,close,lfs,Another age limit.,,,
observation,,,,,,,,,,,,1.3.1-a,2016,male,,1234567890.12345678,,lfs,,,,
observation,,,,,,,,,,,,1.3.1-a,2015,,,4.25,,lfs,,,,
observation,,,,,,,,,,,,3.1.2-a,2016,,,4,,residents,,,,
gap,,,,,,,,,,,,1.2.2-a,2016,,,,,,,,,confidential
gap,,,,,,,,,,,,2.3.1-a,2016,,public,,,,,,,not-collected
gap,,,,,,,,,,,,1.2.3-b,2016,,,,,,,,,not-available
document,,,,,strategy,strategy,Learning strategy,,,https://example.org/strategy,2014-05,,,,,,,,,,10.2;1.1,
document,,,,,plan,policy,,灵活学习计划,,,,,,,,,,,,草案,4.4,
"""

DUBLIN = """\
submission,ie-dublin,2016,2013-draft,Dublin City Council,,,,,,,,,,,,,,,,,,
document,,,,,festival,event,,,Fête du savoir,,2016-04-07,,,,,,,,,,9.2,
"""

LIMERICK = """\
submission,ie-limerick,2016,2013-draft,Limerick,,,,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,,,,,,,,,,,,,,,
observation,,,,,,,,,,,,1.2.2-a,2016,,,15,,lfs,,,,
"""

ESPOO = """\
submission,fi-espoo,2016,2013-draft,Espoo,,,,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,,,,,,,,,,,,,,,
observation,,,,,,,,,,,,1.2.2-b,2016,,,9,broad,lfs,All ages under 30.,,,
gap,,,,,,,,,,,,1.2.2-a,2016,,,,,,,,,not-available
gap,,,,,,,,,,,,2.3.1-a,2016,,public,,,,,,,not-applicable
gap,,,,,,,,,,,,2.3.1-a,2016,,private,,,,,,,not-collected
"""


def publish(network: Network, *submissions: tuple[str, str]) -> None:
    """Publishes submissions given as name of a file and rows of a table, one after the other."""
    for name, rows in submissions:
        network.publish([read(name, (HEAD + rows).encode(), network.framework)], "test")


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """The network of few cities; nobody changes it."""
    network = Network(tmp_path_factory.mktemp("few"), clock=lambda: NOW)
    publish(
        network,
        ("cork-2015.csv", CORK_2015),
        ("cork-2016-first.csv", CORK_2016_FIRST),
        ("cork-2016.csv", CORK_2016),
        ("dublin.csv", DUBLIN),
        ("limerick.csv", LIMERICK),
        ("espoo.csv", ESPOO),
    )
    network.withdraw("ie-limerick/2016/1", "an error in the survey", "test")
    return network


@pytest.fixture(scope="session")
def few_answers(few: Network) -> Iterator[Answerer]:
    """Answers questions over the network of few cities."""
    with asking(few) as answerer:
        yield answerer


@pytest.fixture(scope="session")
def label() -> Callable[..., str]:
    """What an item is called: ``label("action", "10.2", "zh")``, read from the ontology."""
    here = framework()
    kinds: dict[str, Any] = {
        "commitment": here.commitments,
        "action": here.actions,
        "measure": here.measures,
        "feature": here.edition().features,
        "cell": here.edition().cells,
    }

    def find(kind: str, code: str, language: str = "en") -> str:
        return str(kinds[kind].code(code).label[language])

    return find
