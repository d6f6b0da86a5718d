"""Writes the submission of Lumenport, a city that does not exist: workbook, CSV and Turtle.

It is the full case: all 79 figures of the edition for three years, every kind of source and of
document, declared gaps and targets. Run it as ``python examples/fictional-city/make.py``.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from lcgraph.framework.framework import Framework, natural
from lcgraph.framework.items import Measure, ValueCell
from lcgraph.framework.namespaces import DIMENSIONS, local_name
from lcgraph.reading import as_rdf, as_table
from lcgraph.reading.submission import Codes, Document, Gap, Observation, Source, Submission, Target
from lcgraph.reading.table import in_order

HERE = Path(__file__).parent
YEARS = (2022, 2023, 2024)

# The value of 2024, and by how much it rose in each of the years before.
FIGURES: dict[str, tuple[str, str]] = {
    "1.1.1-a": ("98.2", "0.1"), "1.1.2-a": ("61.5", "0"), "1.1.2-b": ("34", "1.2"), "1.1.3-a": ("44.4", "0"),
    "1.1.3-b": ("31.5", "1.5"), "1.1.4-a": ("3120", "-85"), "1.1.4-b": ("48", "0.8"), "1.2.1-a": ("41250", "910"),
    "1.2.2-a": ("6.1", "-0.3"), "1.2.2-b": ("7.4", "-0.4"), "1.2.3-a": ("2.1", "0.1"), "1.2.3-b": ("38.5", "1.1"),
    "1.2.4-a": ("0.62", "0.03"), "1.2.5-a": ("27", "0.5"), "1.3.1-a": ("4.3", "-0.2"), "1.3.1-b": ("402", "-6"),
    "1.3.2-a": ("8.9", "-0.3"), "1.3.2-b": ("4", "0"), "1.3.3-a": ("3", "0"), "1.3.3-b": ("3", "0"),
    "2.1.1-a": ("88.4", "0.9"), "2.1.2-a": ("12.6", "0.1"), "2.1.3-a": ("43", "1"), "2.2.1-a": ("9.7", "0.2"),
    "2.2.2-a": ("18", "0.7"), "2.3.1-a": ("21", "0.5"), "2.3.2-a": ("3", "0"), "2.3.2-b": ("1.8", "0.1"),
    "2.3.3-a": ("36", "2"), "2.3.3-b": ("8.8", "-0.4"), "2.4.1-a": ("91", "0.8"), "2.4.1-b": ("94", "0.6"),
    "2.4.1-c": ("78", "0.5"), "2.4.2-a": ("3.4", "0.2"), "2.4.2-b": ("67", "2"), "2.4.3-a": ("240", "15"),
    "2.5.1-a": ("16.2", "-0.2"), "2.5.2-a": ("81", "0.5"), "2.5.3-a": ("4", "0"), "2.5.4-a": ("4", "0"),
    "2.6.1-a": ("5", "0"), "2.6.2-a": ("72", "1"), "2.6.2-b": ("4", "0"), "2.6.2-c": ("4", "0"),
    "2.6.3-a": ("3", "0"), "3.1.1-a": ("4", "0"), "3.1.2-a": ("4", "0"), "3.2.1-a": ("3", "0"),
    "3.2.2-a": ("4", "0"), "3.2.3-a": ("5", "0"), "3.3.1-a": ("17.3", "0.2"), "3.3.1-b": ("20", "0"),
    "3.3.2-a": ("3", "0"), "3.3.3-a": ("4", "0"),
}  # fmt: skip

# By how much a split differs from the value above; shares of a whole have values of their own.
SPLITS = {"male": "-0.6", "female": "0.6", "bottom-20": "-1.8", "top-20": "1.8", "public": "1", "private": "-1",
          "school": "2", "community-learning-space": "-2", "pre-primary": "-3", "primary": "0.5", "secondary": "-1.5",
          "adult-continuing": "4", "total": "0"}  # fmt: skip
SHARES = {"pre-primary": "12.5", "primary": "31", "secondary": "33.5", "tertiary": "15", "adult-continuing": "8"}

DOCUMENTS = (
    ("strategy-2030", "strategy", "Learning City Strategy 2030", "学习型城市战略2030", ("10.1", "10.2", "10.3"), "2021-03-15"),
    ("poverty-policy", "policy", "By-law on support for households in poverty", "贫困家庭扶助规章", ("2.2", "12.3"), "2020-11"),
    ("council-decision", "decision", "Council decision to join the network", "加入网络的议会决定", ("10.1",), "2019-06-04"),
    ("mayors-letter", "letter", "The mayor's letter to the network", "市长致网络的信函", ("10.1", "12.4"), "2019-06-11"),
    ("festival", "event", "Harbour Learning Festival", "港口学习节", ("9.2", "5.4"), "2024-09-21"),
    ("flexible-courses", "programme", "Courses at any hour", "全时课程项目", ("4.4", "4.5"), "2023"),
    ("values-compact", "agreement", "Compact of schools and communities on tolerance", "学校与社区包容协议", ("8.2", "11.2"), "2022-02-01"),
    ("consultation-report", "report", "Report of the neighbourhood consultations", "社区磋商报告", ("5.2", "1.2"), "2024-05"),
)  # fmt: skip


def lumenport(framework: Framework) -> Submission:
    """The submission."""
    edition = framework.edition()
    source_of = {"official": "yearbook", "survey": "citizen-survey", "expert-review": "review-panel"}
    observations = [
        Observation(
            measure=measure.iri,
            period=year,
            **codes(cell),
            value=value(measure, cell, YEARS[-1] - year),
            unit=measure.unit,
            status=framework.codes("observation-status").code("provisional" if year == 2024 else "normal").iri,
            match=framework.codes("definition-match").code("broad" if measure.code == "1.3.1-b" else "exact").iri,
            source=(source_of[measure.expected_source],),
            note={"en": "With similar waste of shops.", "zh": "含商店的类似垃圾。"}
            if measure.code == "1.3.1-b"
            else {},
        )
        for measure in edition.measures
        for cell in measure.cells
        for year in YEARS
    ]
    literacy, unemployment = edition.measures.code("1.1.1-a"), edition.measures.code("1.2.2-a")
    learners = edition.measures.code("2.1.3-a")
    return Submission(
        city=framework.names.city("zz-lumenport"),
        year=2024,
        edition=edition.iri,
        submitter="City of Lumenport (fictional), Office for Lifelong Learning",
        language="en",
        population=412000,
        population_year=2023,
        title={"en": "Lumenport 2022-2024 (fictional)", "zh": "流明港2022至2024年（虚构）"},
        note={"en": "Every figure is made up.", "zh": "所有数值均为虚构。"},
        sources=sources(framework),
        observations=tuple(in_order(observations)),  # type: ignore[arg-type]  # observations in, observations out
        gaps=(
            Gap(
                measure=literacy.iri,
                period=2021,
                **codes(literacy.cells[2]),
                reason=framework.codes("gap-reason").code("not-collected").iri,
                note={"en": "The register was being rebuilt.", "zh": "登记系统重建中。"},
            ),
        ),
        targets=tuple(
            Target(measure=measure.iri, period=2030, **codes(measure.cells[-1]), value=Decimal(goal), unit=measure.unit)
            for measure, goal in ((unemployment, "4.5"), (learners, "50"))
        ),
        documents=tuple(
            Document(
                key=key,
                type=framework.codes("document-type").code(kind).iri,
                title={"en": en, "zh": zh},
                supports=tuple(framework.actions.code(code).iri for code in sorted(actions, key=natural)),
                issued=issued,
                link=f"https://lumenport.example/{key}",
            )
            for key, kind, en, zh, actions, issued in sorted(DOCUMENTS)
        ),
    )


def codes(cell: ValueCell) -> Codes:
    """The codes of a cell, by field."""
    sex, household_income, sector, education_level, setting = (cell.dimensions[d] for d in DIMENSIONS)
    return {
        "sex": sex,
        "household_income": household_income,
        "sector": sector,
        "education_level": education_level,
        "setting": setting,
    }


def value(measure: Measure, cell: ValueCell, years_ago: int) -> Decimal:
    """The figure of a cell so many years before the last."""
    split = local_name(cell.iri).removeprefix(f"{measure.code}.")
    if measure.shares_over:
        return Decimal(SHARES[split])
    last, rise = map(Decimal, FIGURES[measure.code])
    return last + Decimal(SPLITS[split]) - rise * years_ago


def sources(framework: Framework) -> tuple[Source, ...]:
    """One source of each type."""
    types = framework.codes("data-source-type")
    return (
        Source(
            key="citizen-survey",
            type=types.code("survey").iri,
            title={"en": "Lumenport citizen survey", "zh": "流明港市民调查"},
            publisher="Harbour Institute (fictional)",
            issued="2024-11-30",
            link="https://lumenport.example/survey",
            licence="https://creativecommons.org/licenses/by/4.0/",
            fieldwork_body="Harbour Institute (fictional)",
            sample_size=2140,
            fieldwork_start="2024-09-02",
            fieldwork_end="2024-10-11",
            question={"en": "In the last 12 months, did you …?", "zh": "在过去12个月里，您是否……？"},
        ),
        Source(
            key="review-panel",
            type=types.code("expert-review").iri,
            title={"en": "Expert review of the learning city", "zh": "学习型城市专家评审"},
            panel="Three reviewers from two universities and one sister city (fictional)",
            review_date="2024-12-05",
            note={"en": "Scores agreed in one session.", "zh": "分值在一次会议上商定。"},
        ),
        Source(
            key="yearbook",
            type=types.code("official").iri,
            title={"en": "Statistical yearbook of Lumenport", "zh": "流明港统计年鉴"},
            publisher="Statistical office of Lumenport (fictional)",
            issued="2025",
            link="https://lumenport.example/yearbook",
            licence="https://creativecommons.org/licenses/by/4.0/",
        ),
    )


def framework_with_lumenport() -> Framework:
    """The framework with this city and no other."""
    return Framework(cities=ox.parse((HERE / "city.ttl").read_bytes(), ox.RdfFormat.TURTLE))


def main() -> None:
    """Writes the files beside this one."""
    framework = framework_with_lumenport()
    submission = lumenport(framework)
    (HERE / "lumenport.csv").write_text(as_table.to_csv(submission, framework), encoding="utf-8", newline="")
    (HERE / "lumenport.xlsx").write_bytes(as_table.to_workbook(submission, framework, "en"))
    (HERE / "lumenport-zh.xlsx").write_bytes(as_table.to_workbook(submission, framework, "zh"))
    (HERE / "lumenport.ttl").write_bytes(as_rdf.to_rdf(submission, framework, "ttl"))


if __name__ == "__main__":
    main()
