"""Any submission that can be: what hypothesis draws for the laws of reading and writing."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import strategies as st

from lcgraph.framework.framework import framework as framework_of
from lcgraph.reading import values
from lcgraph.reading.findings import Unreadable
from lcgraph.reading.submission import Codes, Document, Gap, Observation, Source, Submission, Target
from lcgraph.reading.table import in_order
from lcgraph.reading.terms import digits

NASTY = st.sampled_from(
    ["=1+1", "+49 30", "-1", "@SUM(A1)", "#N/A", "#REF!", "TRUE", '"', '""', "'", "a,b;c\td", "a\nb", "x\n\n\ny",
     "科克市\n“引号”", "🏙️👩‍🏫", "مدينة التعلم", "\u200f\u202eabc", "_x0041_", "<b>&amp;</b>", "]]>", "\\u0041 \\n \\", "%41%",
     "a.\n<#b> c", '"""', "{{}}", "٣٫٥", "e\u0301 é", "a\u2028b\u0085c", "2016-05-01", "12.50", "null", "# x", "  in  side  "]
)  # fmt: skip
LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t"), max_size=60)


def _is_kept(text: str) -> bool:
    try:
        return bool(text) and values.words(text) == text
    except Unreadable:
        return False


WORDS = (NASTY | LETTERS).map(str.strip).filter(_is_kept)
PLAIN = st.just("") | WORDS
TEXTS = st.dictionaries(st.sampled_from(["en", "zh", "ga", "zh-hant", "sr-latn"]), WORDS, max_size=3)
SOME_TEXTS = st.dictionaries(st.sampled_from(["en", "zh", "ga", "zh-hant"]), WORDS, min_size=1, max_size=3)
KEYS = st.one_of(
    st.sampled_from(["统计年鉴 2016", "a b", "100%", "%41", "a/b#c", "source-x", "document-y", "a.b,c", "é", '"q"', "="]),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20),
).map(lambda text: " ".join(re.sub("[;；]", " ", text).split())).filter(_is_kept)  # fmt: skip
DATES = st.sampled_from(["", "2016", "2016-05", "2016-02-29", "1999-12-31"])
LINKS = st.sampled_from(["", "https://a.example/x?y=1&z=%20#f", "http://例え.example/路径", "https://a.example/'()*"])
FIGURES = st.one_of(
    st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).map(values.from_float),
    st.sampled_from([Decimal(text) for text in ("0", "0.1", "12345678901234567890", "0.12345678901234567890123", "1E+20",
                                                "9007199254740993", "0.30000000000000004", "-0.000001")]),
).filter(lambda value: len(digits(value)) <= values.MAX_DIGITS)  # fmt: skip


@st.composite
def submissions(draw: st.DrawFn) -> Submission:
    framework = framework_of()
    edition = framework.edition()
    lists = {
        name: [code.iri for code in framework.codes(name)]
        for name in ("observation-status", "definition-match", "gap-reason", "document-type", "data-source-type")
    }

    def cell() -> tuple[str, Codes]:
        measure = draw(st.sampled_from(list(edition.measures)))
        of_cell = draw(st.sampled_from(measure.cells)).dimensions
        fields = ("sex", "household_income", "sector", "education_level", "setting")
        codes = dict(zip(fields, of_cell.values(), strict=True))
        return measure.iri, Codes(**codes)  # type: ignore[typeddict-item]  # the fields are those of Codes

    years = st.integers(1990, 2030)
    keys = draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    sources = [
        Source(
            key=key,
            type=draw(st.sampled_from(lists["data-source-type"])),
            title=draw(SOME_TEXTS),
            publisher=draw(PLAIN),
            issued=draw(DATES),
            link=draw(LINKS),
            licence=draw(LINKS),
            sample_size=draw(st.none() | st.integers(0, 10**6)),
            fieldwork_start=draw(DATES),
            question=draw(TEXTS),
            panel=draw(PLAIN),
            note=draw(TEXTS),
        )
        for key in keys
    ]
    observations, gaps, targets = [], [], []
    taken: set[object] = set()
    for _ in range(draw(st.integers(0, 4))):
        (measure, codes), period = cell(), draw(years)
        if (measure, tuple(codes.values()), period) in taken:
            continue
        taken.add((measure, tuple(codes.values()), period))
        unit = framework.measures[measure].unit
        observations.append(
            Observation(
                measure=measure,
                period=period,
                **codes,
                value=draw(FIGURES),
                unit=unit,
                status=draw(st.sampled_from(lists["observation-status"])),
                match=draw(st.sampled_from(lists["definition-match"])),
                source=tuple(sorted(draw(st.sets(st.sampled_from(keys), min_size=1)))),
                note=draw(TEXTS),
                conversion=draw(TEXTS),
            )
        )
        reason = draw(st.sampled_from(lists["gap-reason"]))
        gaps.append(Gap(measure=measure, period=period + 1, **codes, reason=reason, note=draw(TEXTS)))
        targets.append(
            Target(measure=measure, period=period + 9, **codes, value=draw(FIGURES), unit=unit, note=draw(TEXTS))
        )
    actions = [action.iri for action in framework.actions]

    def in_their_order(some: set[str]) -> tuple[str, ...]:
        return tuple(action for action in actions if action in some)

    documents = [
        Document(
            key=key,
            type=draw(st.sampled_from(lists["document-type"])),
            title=draw(SOME_TEXTS),
            supports=in_their_order(draw(st.sets(st.sampled_from(actions), min_size=1, max_size=4))),
            issued=draw(DATES),
            link=draw(LINKS),
            note=draw(TEXTS),
        )
        for key in draw(st.lists(KEYS, max_size=2, unique=True))
    ]
    return Submission(
        city=draw(st.sampled_from([city.iri for city in framework.cities])),
        year=draw(years),
        edition=edition.iri,
        submitter=draw(WORDS),
        language=draw(st.sampled_from(["en", "zh", "ga"])),
        population=draw(st.none() | st.integers(1, 10**8)),
        population_year=draw(st.none() | years),
        title=draw(TEXTS),
        note=draw(TEXTS),
        sources=tuple(in_order(sources)),  # type: ignore[arg-type]
        observations=tuple(in_order(observations)),  # type: ignore[arg-type]
        gaps=tuple(in_order(gaps)),  # type: ignore[arg-type]
        targets=tuple(in_order(targets)),  # type: ignore[arg-type]
        documents=tuple(in_order(documents)),  # type: ignore[arg-type]
    )
