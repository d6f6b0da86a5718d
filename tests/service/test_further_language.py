"""With one file more, a catalogue, all that lcgraph shows is in a further language: forms, reports, answers, pages."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import openpyxl
import pytest
import servers
from further_language import LANGUAGE, install, untranslated
from service_support import COMMAND, Ran, environment, serving
from support import SMALL

from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE

WRONG = SMALL.replace(",female,12.5,%,close", ',female,"12,5",%,clsoe').replace("male,11,", "male,1100,")
SOURCES = ("Labour force survey", "Learning strategy", "Cork City Council", "Rounded.")
NAMES = (
    "lcgraph",
    "SPARQL",
    "JSON",
    "CSV",
    "GeoNames",
    "Wikidata",
    "English",
    "OpenAPI",
    "TSV",
    "XML",
    "XLSX",
    "Parquet",
    "N-Triples",
    "JSON-LD",
    "JSON Schema",
    "SDMX",
    "QUDT",
    "shacl",
    "SKOS",
    "HDI",
    "UNDP",
    "lcgraph publish",
)
"""What is called the same in every language."""

NOT_TOLD = ("country", "measures", "cell", "stated_as", "note", "ucum", "found", "code_there")
"""Columns of what was handed in, of codes, and of the very words that were looked for."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where modules are found if a further language is installed."""
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def say(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Runs ``lcgraph`` in that language, in a folder with submissions."""
    folder = tmp_path_factory.mktemp("further")
    (folder / "cork.csv").write_text(SMALL, encoding="utf-8")
    (folder / "wrong.csv").write_text(WRONG, encoding="utf-8")

    def running(*arguments: str, **more: str) -> Ran:
        settings = environment(PYTHONPATH=str(installed), LCGRAPH_LANG=LANGUAGE, **more)
        ended = subprocess.run([COMMAND, *arguments], capture_output=True, cwd=folder, env=settings, check=False)
        return Ran(ended.returncode, ended.stdout.decode("utf-8", "replace"), ended.stderr.decode())

    servers.settle(folder / "data")
    assert running("publish", "cork.csv", "--data", "data").status == 0
    return running


@pytest.fixture(scope="module")
def folder(say: Callable[..., Ran], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which ``say`` runs."""
    return next(tmp_path_factory.getbasetemp().glob("further*/cork.csv")).parent


@pytest.fixture(scope="module")
def asked(installed: Path, folder: Path) -> Iterator[httpx.Client]:
    """A client that wants the language, of a server that has it."""
    with serving(folder / "data", PYTHONPATH=str(installed)) as served:
        served.client.headers["Accept-Language"] = LANGUAGE
        yield served.client


def cells(path: Path) -> Iterator[tuple[str, str]]:
    """Each text of a workbook that a person may come to see, with its place."""
    for sheet in openpyxl.load_workbook(path).worksheets:
        yield sheet.title, sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    yield f"{sheet.title}!{cell.coordinate}", cell.value
                if cell.comment is not None:
                    yield f"comment on {sheet.title}!{cell.coordinate}", cell.comment.text
        for rule in sheet.data_validations.dataValidation:
            for text in (rule.formula1, rule.error, rule.errorTitle, rule.prompt, rule.promptTitle):
                yield f"what is offered for {sheet.title}!{rule.sqref}", str(text or "")
        for part in ("left", "center", "right"):
            yield f"foot of {sheet.title}", getattr(sheet.oddFooter, part).text or ""


def data_of(framework: Framework) -> tuple[str, ...]:
    """Codes, names of cities and what the submission says, which are the same in every language."""
    codes = [code for edition in framework.editions for code in (*edition.cells.codes, edition.code)]
    cities = [name for city in framework.cities for name in (city.code, *city.label.values())]
    return (*codes, *cities, *SOURCES, *NAMES, "CSO", "cork.csv", "wrong.csv", "lfs", "clsoe", "close", "value")


@pytest.mark.parametrize("published", [False, True])
def test_a_form_is_in_it(published: bool, say: Callable[..., Ran], folder: Path, framework: Framework) -> None:
    name = f"form-{published}.xlsx"
    more = ("--published",) if published else ("--since", "2014")
    assert say("template", "ie-cork", "--year", "2016", "-o", name, "--data", "data", *more).status == 0
    data = (*data_of(framework), "IE", '"en,fr,zh"', "commitment-letter", "strategy", "_zh", "fr", "en")
    left = [(where, words) for where, text in cells(folder / name) for words in untranslated(text, *data)]
    assert left == []


def test_a_form_in_it_is_read_again_as_what_was_published(say: Callable[..., Ran], folder: Path) -> None:
    assert say("template", "ie-cork", "--year", "2016", "-o", "again.xlsx", "--data", "data", "--published").status == 0
    assert say("publish", "again.xlsx", "--data", "data").out == ""
    convert = ("convert", "again.xlsx", "--to", "csv", "--data", "data")
    assert "Labour force survey" in say(*convert).out
    assert say(*convert).out == say("convert", "cork.csv", "--to", "csv", "--data", "data").out


def test_a_table_of_records_in_it_is_read_again(say: Callable[..., Ran], folder: Path) -> None:
    assert say("convert", "cork.csv", "--to", "xlsx", "-o", "records.xlsx").status == 0
    texts = [text for _, text in cells(folder / "records.xlsx")]
    assert "Population year".casefold() not in " ".join(texts).casefold().replace("_", " ")
    assert say("convert", "records.xlsx", "--to", "csv").out == say("convert", "cork.csv", "--to", "csv").out


@pytest.mark.parametrize("format_name", ["text", "json", "csv", "html"])
def test_a_report_is_in_it(format_name: str, say: Callable[..., Ran], framework: Framework) -> None:
    ended = say("check", "wrong.csv", "--format", format_name)
    assert ended.status == 1
    text = ended.out
    if format_name == "json":
        keys = ("message", "expected", "remedy", "why")
        text = "\n".join(str(result[key]) for result in json.loads(text)["results"] for key in keys if result[key])
    elif format_name == "csv":
        keys = ("message", "expected", "remedy", "why")
        text = "\n".join(row[key] for row in csv.DictReader(io.StringIO(text)) for key in keys)
    elif format_name == "html":
        text = shown(text)
    assert len(text.splitlines()) > 6
    assert untranslated(text, *data_of(framework), "match") == []


@pytest.mark.skipif(which("pdftotext") is None, reason="pdftotext (Debian: poppler-utils) is not installed")
def test_a_report_on_paper_is_in_it(say: Callable[..., Ran], folder: Path, framework: Framework) -> None:
    assert say("check", "wrong.csv", "--format", "pdf", "-o", "report.pdf").status == 1
    pdf = (folder / "report.pdf").read_bytes()
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert len(text.splitlines()) > 6
    assert untranslated(text, *data_of(framework), "match") == []


def test_a_marked_workbook_is_in_it(say: Callable[..., Ran], folder: Path, framework: Framework) -> None:
    assert say("template", "ie-cork", "--year", "2016", "-o", "filled.xlsx", "--data", "data").status == 0
    book = openpyxl.load_workbook(folder / "filled.xlsx")
    sheet = book.worksheets[2]
    sheet["G4"] = "12,5"
    book.save(folder / "filled.xlsx")
    assert say("check", "filled.xlsx", "--format", "xlsx", "-o", "marked.xlsx").status == 1
    data = (*data_of(framework), "IE", '"en,fr,zh"', "fr", "en", "filled.xlsx", "marked.xlsx")
    left = [(where, words) for where, text in cells(folder / "marked.xlsx") for words in untranslated(text, *data)]
    assert left == []


@pytest.mark.parametrize(
    "command",
    [["check", "none.csv"], ["template", "ie-crok", "--year", "2016"], ["ask", "cities", "--country", "Irland"]],
)
def test_what_a_command_says_is_in_it(command: list[str], say: Callable[..., Ran], framework: Framework) -> None:
    ended = say(*command)
    assert ended.status == 2
    countries = [f"{country.code} (" for country in framework.countries]
    assert untranslated(ended.err, *data_of(framework), *countries, *command, "city", "country") == []


def shown(page: str) -> str:
    """What a page shows: its text, and what is read out or stands in a field."""
    page = re.sub(r"<(style|script|pre|textarea)\b.*?</\1>", " ", page, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"', page)
    return html.unescape("\n".join([*re.findall(r">([^<]+)<", page), *spoken]))


@pytest.mark.parametrize("path", ["/", "/questions", "/sparql", "/questions/city-commitments?city=ie-cork", "/cities"])
def test_a_page_is_in_it(path: str, asked: httpx.Client, framework: Framework) -> None:
    page = asked.get(path, headers={"Accept": "text/html"})
    assert page.headers["Content-Language"] == LANGUAGE
    parameters = [name for question in questions() for name in question.head.parameters]
    countries = [country.code for country in framework.countries]
    text = re.sub(
        rf"\b({'|'.join([*countries, *parameters, 'LIMIT', 'GRAPH', 'Turtle', 'CONSTRUCT', 'PDF'])})\b",
        " ",
        shown(page.text),
    )
    assert untranslated(text, *data_of(framework), "IRI", ".xlsx") == []


def questions() -> list[Any]:
    return list(Library(resources.directory("queries"), DEFAULT_BASE))


def test_the_questions_are_in_it(asked: httpx.Client, framework: Framework) -> None:
    for question in asked.get("/questions", headers={"Accept": "application/json"}).json()["questions"]:
        told = [question["title"], question["description"], *(column["label"] for column in question["columns"])]
        told += [parameter["description"] for parameter in question["parameters"]]
        assert untranslated("\n".join(told), *NAMES, "IRI") == []


@pytest.mark.parametrize("question", questions(), ids=lambda question: str(question.name))
def test_an_answer_in_it_is_the_english_answer_in_other_words(
    question: Any, asked: httpx.Client, framework: Framework
) -> None:
    given = {name: head.example for name, head in question.head.parameters.items() if head.required}
    path = f"/questions/{question.name}"
    english, found = (
        asked.get(path, params=given | {"lang": lang, "format": "json"}).json() for lang in ("en", LANGUAGE)
    )
    assert found["count"] == english["count"]
    if not found["rows"]:
        assert untranslated(found["empty"], *NAMES) == []  # what it means that there is nothing
    data = data_of(framework)
    for row, meant in zip(found["rows"], english["rows"], strict=True):
        for column, value in row.items():
            if column.endswith(("code", "codes", "link", "hash")) or column in NOT_TOLD:
                continue
            if isinstance(value, str) and not value.startswith("http"):
                assert untranslated(value, *data) == [], column
            else:
                assert value == meant[column]


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/questions/nowhere",
        "/questions/city-gaps",
        "/questions/cities?country=Irland",
        "/template?city=ie-cork",
    ],
)
def test_an_error_is_told_in_it(path: str, asked: httpx.Client, framework: Framework) -> None:
    problem = asked.get(path, headers={"Accept": "application/json"}).json()
    told = [problem[key] for key in ("title", "detail", "remedy", "expected") if key in problem]
    names = [name for question in questions() for name in (question.name, *question.head.parameters)]
    countries = [f"{country.code} (" for country in framework.countries]
    assert untranslated("\n".join(told), *names, *countries, "nowhere", "ie-cork", "year", "Irland") == []
