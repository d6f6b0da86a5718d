"""CSV as spreadsheets and people write it, and cells as people fill them in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lcgraph.errors import UnreadableFile
from lcgraph.framework.framework import Framework
from lcgraph.reading.reader import Reading, read


def figures(reading: Reading) -> list[str]:
    assert reading.submission is not None
    return [str(o.value) for o in reading.submission.observations]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("; ", "|").replace(",", ";").replace("|", ", "),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace("\n", ",,,\n"),
        lambda text: text.replace("\n", "\n\n,,,\n"),
    ],
    ids=["byte order mark", "CRLF", "semicolons", "tabs", "trailing columns", "empty lines"],
)
def test_all_of_these_are_read(change: Callable[[str], str], framework: Framework, small: str) -> None:
    text = change(small.replace("10.2; 1.1", "10.2"))
    reading = read("cork.csv", text.encode(), framework)
    assert [f for f in reading.findings if not f.warning] == []
    assert figures(reading) == ["12.5", "11"]


@pytest.mark.parametrize(
    ("encoding", "line", "guess"),
    [("utf-16", 1, "UTF-16"), ("gb18030", 3, "GB18030"), ("utf-16-le", 3, "UTF-16")],
)
def test_another_encoding_is_named_with_the_line(
    encoding: str, line: int, guess: str, framework: Framework, small: str
) -> None:
    with pytest.raises(UnreadableFile) as error:
        read("cork.csv", small.encode(encoding), framework)
    told = error.value.told("en")
    assert told["where"] == f"cork.csv, line {line}"
    assert guess in told["remedy"]


def test_a_repeated_and_an_unknown_column_are_named(framework: Framework, small: str) -> None:
    header, _, rest = small.partition("\n")
    header = header.replace("reason", "value").replace("publisher", "publischer")
    reading = read("cork.csv", f"{header}\n{rest}".encode(), framework)
    found = {f.rule: f for f in reading.findings}
    assert "value" in str(found["ColumnRepeated"].message)
    assert str(found["UnknownColumn"].remedy) == "Did you mean publisher?"
    assert found["UnknownColumn"].place.line == 1


@pytest.mark.parametrize(
    ("written", "rule", "cure"),
    [
        ('"12,5"', "DecimalComma", "12.5"),
        ("12.5 %", "PercentSign", "12.5"),
        ("n/a", "PlaceholderInsteadOfFigure", "empty"),
        ("not applicable", "PlaceholderInsteadOfFigure", "empty"),
        ("不适用", "PlaceholderInsteadOfFigure", "empty"),
        ("12‰", "PercentSign", "without the sign"),
        ("1’234", "ThousandsSeparator", "1234"),
        ("１２", "FullWidthDigits", "12"),
        ('"1.234,5"', "ThousandsSeparator", "1234.5"),
        ("1 234", "ThousandsSeparator", "1234"),
        ("1e400", "NotAFigure", "digits"),
        ("NaN", "NotAFigure", "digits"),
        ("Infinity", "NotAFigure", "digits"),
        ("3" * 31, "NotAFigure", "digits"),
        ("0x10", "NotAFigure", "digits"),
        ("12 people", "NotAFigure", "12"),
        ("#N/A", "NotAFigure", "digits"),
    ],
)
def test_what_is_no_figure_is_refused_with_what_to_write(
    written: str, rule: str, cure: str, read_small: Callable[..., Reading]
) -> None:
    reading = read_small((",12.5,", f",{written},"))
    assert [f.rule for f in reading.findings] == [rule]
    assert cure in str(reading.findings[0].remedy)
    assert (reading.findings[0].place.line, reading.findings[0].place.cell) == (4, "value")
    assert figures(reading) == ["11"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("ie-cork", "ie-crok", "UnknownCity"),
        ("1.2.2-a,2016,female", "1.2.2-z,2016,female", "UnknownMeasure"),
        (",12.5,%", ",12.5,furlongs", "UnknownUnit"),
        ("close,lfs", "close,lsf", "UnknownSource"),
        ("10.2; 1.1", "10.2; 99.9", "UnknownAction"),
        ("Rounded.", "Roun\x07ded.", "TextUnreadable"),
    ],
)
def test_what_is_not_known_is_named_at_its_place(
    old: str, new: str, rule: str, read_small: Callable[..., Reading]
) -> None:
    found = [f for f in read_small((old, new)).findings if f.rule == rule]
    assert len(found) == 1
    assert found[0].place.line is not None
    assert str(found[0].remedy)


def test_a_key_that_stands_twice_is_named(read_small: Callable[..., Reading]) -> None:
    line = "source,,,,,lfs,official,Labour force survey,劳动力调查,CSO,,,,,,,,,,\n"
    reading = read_small((line, line + line))
    assert [(f.rule, f.place.line) for f in reading.findings] == [("KeyRepeated", 4)]
