"""What goes wrong in a form, kind by kind: where it can happen, how it is done, and which rule must see it."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from random import Random
from typing import Any, Final

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string

from benchmarks.opened_form import Figure, Form, Row, Where
from lcgraph.framework.items import Code
from lcgraph.framework.namespaces import SEX, local_name
from lcgraph.language import pick
from lcgraph.reading import terms
from lcgraph.reading.form import layout


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a form was damaged.

    :ivar at: the cell at which it must be found.
    :ivar also: further cells that the same damage changed or made wrong; a result there is right too.
    :ivar looks_right: whether nothing in the form can tell; no rule can find it then.
    :ivar anywhere: whether no rule can tell which of all these cells it was; any of them is right.
    """

    at: Where
    also: frozenset[Where] = frozenset()
    looks_right: bool = False
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of damage.

    :ivar name: what happens, in words.
    :ivar rules: patterns of the names of the rules that must see it; none for what is no damage.
    :ivar places: where it can happen in a form.
    :ivar damage: does it at one of them.
    :ivar form: ``form``, with the newest years; ``wide``, with all; or ``tables``, a sheet for each kind of record.
    :ivar claimed: whether the form is handed in for the city and year that it was made for.
    :ivar published: whether other cities' submissions are known.
    """

    name: str
    rules: tuple[str, ...]
    places: Callable[[Form], Sequence[Any]]
    damage: Callable[[Form, Any, Random], Spot]
    form: str = "form"
    claimed: bool = False
    published: bool = False

    def sees(self, rule: str) -> bool:
        """Whether a rule is one that must see it."""
        return any(fnmatchcase(rule, pattern) for pattern in self.rules)


KINDS: dict[str, Kind] = {}


def _kind(
    name: str, *rules: str, at: Callable[[Form], Sequence[Any]], **more: Any
) -> Callable[[Callable[[Form, Any, Random], Spot]], Callable[[Form, Any, Random], Spot]]:
    def add(damage: Callable[[Form, Any, Random], Spot]) -> Callable[[Form, Any, Random], Spot]:
        KINDS[name] = Kind(name, rules, at, damage, **more)
        return damage

    return add


# where


def _figures(form: Form) -> list[Figure]:
    return form.filled()


def _of_unit(*units: str) -> Callable[[Form], list[Figure]]:
    """Figures of a unit; zero stays zero in any unit."""
    return lambda form: [f for f in form.filled() if f.unit in units and f.value]


def _percentages(form: Form) -> list[Figure]:
    return [f for f in form.filled() if f.measure.value_type == "percentage"]


def _rows_of_tables(form: Form) -> list[tuple[str, str]]:
    """The cells that name measures."""
    return [
        (sheet.title, f"{get_column_letter(head.column)}{row}")
        for sheet in form.book.worksheets
        for head in sheet[1]
        if head.value in ("measure", "测量点")
        for row in range(2, sheet.max_row + 1)
        if sheet.cell(row, head.column).value
    ]


def _on_the_scale(form: Form) -> list[Figure]:
    return [f for f in form.filled() if f.measure.value_type == "ordinal-5"]


def _the_whole(form: Form) -> list[Form]:
    return [form]


def _with(field: str) -> Callable[[Form], list[Figure]]:
    return lambda form: [f for f in form.filled() if form.text(f.sheet, f.cells[field])]


def _sources_of(kind: str, *fields: str) -> Callable[[Form], list[Row]]:
    """Sources of a kind that have all of these fields."""

    def found(form: Form) -> list[Row]:
        code = form.framework.codes("data-source-type").code(kind)
        return [
            row
            for row in form.sources
            if form.framework.codes("data-source-type").find(row.texts["type"]) == code
            and all(row.texts.get(name) for name in fields)
        ]

    return found


# how


def _value(form: Form, figure: Figure, value: object, number_format: str = "") -> Spot:
    return Spot(form.put(figure.sheet, figure.cells["value"], value, number_format))


def _scaled(form: Form, figure: Figure, value: Decimal) -> Spot:
    """Another number in place of a figure."""
    at = form.put(figure.sheet, figure.cells["value"], float(value))
    return Spot(at, looks_right=form.looks_right(figure, value))


def _digits(figure: Figure) -> str:
    assert figure.value is not None
    return terms.digits(figure.value)


def _slip(text: str, rng: Random, means_something: Callable[[str], bool]) -> str:
    """A text with one slip of the keyboard: two characters changed places, one left out, doubled or wrong."""
    while True:
        n = rng.randrange(len(text))
        letter = rng.choice("学市年" if text[n] > "\u2e80" else string.ascii_lowercase)
        wrong = rng.choice(
            [
                text[:n] + text[n + 1 : n + 2] + text[n] + text[n + 2 :],
                text[:n] + text[n + 1 :],
                text[:n] + text[n] + text[n:],
                text[:n] + letter + text[n + 1 :],
            ]
        )
        if wrong.strip() and not means_something(wrong):
            return wrong


# cells as people fill them in


@_kind("decimal comma", "DecimalComma", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    whole, _, part = _digits(figure).partition(".")
    return _value(form, figure, f"{whole},{part or rng.randrange(1, 100)}")


@_kind(
    "thousands separator (one comma alone may be a decimal comma: it is asked about as such)",
    "ThousandsSeparator",
    "DecimalComma",
    at=lambda form: [f for f in form.filled() if f.value is not None and abs(f.value) >= 1000],
)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    mark = rng.choice([",", " ", "'", "\u00a0", "\u202f"])
    return _value(form, figure, f"{figure.value:,}".replace(",", mark))


@_kind("number as text", "NumberAsText", at=_figures)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    spot = _value(form, figure, _digits(figure), "@")
    form.book[figure.sheet][figure.cells["value"]].data_type = "s"
    return spot


@_kind("full-width digits", "FullWidthDigits", at=_figures)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    return _value(form, figure, _digits(figure).translate(wide))


@_kind("sign for per cent", "PercentSign", at=_percentages)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    return _value(form, figure, _digits(figure) + rng.choice(["%", " %", "％", "\u00a0%"]))


@_kind("cell formatted as a percentage", "PercentFormat", at=_percentages)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    assert figure.value is not None
    return _value(form, figure, float(figure.value / 100), rng.choice(["0%", "0.0%", "0.00%"]))


@_kind("placeholder (n/a, 无, – …)", "PlaceholderInsteadOfFigure", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    return _value(
        form,
        figure,
        rng.choice(
            [
                "n/a",
                "N/A",
                "NA",
                "unknown",
                "not available",
                "-",
                "–",
                "—",
                "..",
                "无",
                "暂无",
                "不详",
                "无数据",
                "不适用",
                "/",
            ]
        ),
    )


@_kind("a word, or a figure with its unit", "NotAFigure", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    number = _digits(figure)
    return _value(
        form,
        figure,
        rng.choice([f"about {number}", f"约{number}", f"{number} t", f"{number}人", f"<{number}", "see report"]),
    )


@_kind("formula", "FormulaInsteadOfValue", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    return _value(
        form, figure, rng.choice([f"={_digits(figure)}+0", "=SUM(H4:H6)", "=H4/H5*100", "='C:\\[old.xlsx]1'!B7"])
    )


@_kind("error of a calculation", "ErrorInsteadOfValue", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    return _value(form, figure, rng.choice(["#DIV/0!", "#N/A", "#NAME?", "#REF!", "#VALUE!"]))


@_kind("figure turned into a date", "DateInsteadOfFigure", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    moment = datetime(2024, rng.randrange(1, 13), rng.randrange(1, 29))  # noqa: DTZ001 - a cell has no time zone
    return _value(form, figure, moment, "dd/mm/yyyy")


@_kind("cells merged", "MergedCells", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    column, row = coordinate_from_string(figure.cells["value"])
    last = row + rng.randrange(1, 3)
    form.reshape()[figure.sheet].merge_cells(f"{column}{row}:{column}{last}")
    return Spot(
        (figure.sheet, figure.cells["value"]),
        frozenset((figure.sheet, f"{column}{n}") for n in range(row + 1, last + 1)),
    )


@_kind("row hidden", "HiddenCells", at=_figures)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    form.reshape()[figure.sheet].row_dimensions[figure.row].hidden = True
    return Spot((figure.sheet, f"A{figure.row}"))


@_kind("column hidden", "HiddenCells", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    letter, _ = coordinate_from_string(figure.cells[rng.choice(["value", "source", "note"])])
    form.reshape()[figure.sheet].column_dimensions[letter].hidden = True
    return Spot((figure.sheet, f"{letter}1"))


@_kind("sheet hidden", "HiddenCells", at=lambda form: sorted({f.sheet for f in form.filled()}))
def _(form: Form, sheet: str, rng: Random) -> Spot:
    form.reshape()[sheet].sheet_state = rng.choice(["hidden", "veryHidden"])
    return Spot((sheet, None))


# figures that cannot be, or hardly


@_kind(
    "figure below its least value",
    "measure-*-value",
    at=lambda form: [f for f in form.filled() if f.measure.minimum is not None],
)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    assert figure.measure.minimum is not None
    return _value(form, figure, float(figure.measure.minimum) - rng.choice([0.1, 1, 5, 12.5, 999]))


@_kind(
    "figure above its greatest value",
    "measure-*-value",
    at=lambda form: [f for f in form.filled() if f.measure.maximum is not None and f.measure.maximum_is_firm],
)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    assert figure.measure.maximum is not None
    return _value(form, figure, float(figure.measure.maximum) + rng.choice([0.1, 1, 5, 12.5, 999]))


@_kind("half a point on the 5-point scale", "measure-*-value", at=_on_the_scale)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    return _value(form, figure, rng.choice([1.5, 2.5, 3.5, 4.5, 3.7]))


@_kind(
    "percentage given as a fraction",
    "FigureUnusual",
    "FigureFarFromItsPast",
    "measure-*-value",
    "TotalBetweenItsParts",
    at=_of_unit("PERCENT"),
)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value / 100)


@_kind(
    "percentage a hundred times too large",
    "FigureUnusual",
    "FigureFarFromItsPast",
    "measure-*-value",
    "measure-*-maximum",
    at=_of_unit("PERCENT"),
)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value * 100)


@_kind(
    "rate per 1,000 where per 100,000 is asked",
    "FigureUnusual",
    "FigureFarFromItsPast",
    at=_of_unit("per-100000-inhabitants", "per-100000-inhabitants-per-year"),
)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value / 100)


@_kind("ratio given in per cent", "FigureUnusual", "FigureFarFromItsPast", at=_of_unit("UNITLESS"))
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value * 100)


@_kind("kilograms where tonnes are asked", "FigureUnusual", "FigureFarFromItsPast", at=_of_unit("TONNE-PER-YR"))
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value * 1000)


@_kind("tonnes where kilograms are asked", "FigureUnusual", "FigureFarFromItsPast", at=_of_unit("KiloGM-PER-YR"))
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value / 1000)


def _with_a_past(form: Form) -> list[Figure]:
    return [f for f in form.filled() if f.value and len(form.earlier(f)) >= 3 and f.measure.value_type != "ordinal-5"]


@_kind("jump against the own past: tenfold", "FigureFarFromItsPast", "FigureUnusual", "measure-*", at=_with_a_past)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value * 10)


@_kind("jump against the own past: threefold", "FigureFarFromItsPast", "FigureUnusual", "measure-*", at=_with_a_past)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    assert figure.value is not None
    return _scaled(form, figure, figure.value * 3)


@_kind(
    "jump against the own past: two digits changed places",
    "FigureFarFromItsPast",
    "FigureUnusual",
    "measure-*",
    at=lambda form: [f for f in _with_a_past(form) if len(set(_digits(f)) - {"."}) > 1],
)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    number = _digits(figure)
    places = [i for i, c in enumerate(number) if c.isdigit()]
    while True:
        n = rng.randrange(len(places) - 1)
        i, j = places[n], places[n + 1]
        if number[i] != number[j]:
            other = list(number)
            other[i], other[j] = other[j], other[i]
            return _scaled(form, figure, Decimal("".join(other)))


# figures that do not go together


def _totals(form: Form) -> list[tuple[Figure, Decimal, Decimal]]:
    """Totals whose parts are given: women and men."""
    by_split = {
        (f.measure.code, f.year, local_name(f.cell.dimensions[SEX])): f
        for f in form.filled()
        if SEX in f.cell.dimensions
    }
    found = []
    for (code, year, sex), total in by_split.items():
        if sex == "sex-T":
            men, women = by_split.get((code, year, "sex-M")), by_split.get((code, year, "sex-F"))
            if men and women and men.value is not None and women.value is not None:
                found.append((total, min(men.value, women.value), max(men.value, women.value)))
    return found


@_kind("total outside its parts", "TotalBetweenItsParts", at=_totals)
def _(form: Form, place: tuple[Figure, Decimal, Decimal], rng: Random) -> Spot:
    total, low, high = place
    by = Decimal(rng.choice(["1.5", "2", "3.3"]))
    return _value(form, total, float(low - by if rng.random() < 0.5 and low > by else high + by))


def _compositions(form: Form) -> list[Figure]:
    return [f for f in form.filled() if f.measure.shares_over]


@_kind("shares of a whole that do not add up to 100 (found at one of the shares)", "measure-*-shares", at=_compositions)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    assert figure.value is not None
    others = [f for f in form.filled() if f.measure.code == figure.measure.code and f.year == figure.year]
    where = frozenset((f.sheet, f.cells["value"]) for f in others)
    value = figure.value + Decimal(rng.choice(["-3", "-1.5", "1.5", "3", "10"]))
    spot = _value(form, figure, float(value))
    return Spot(spot.at, where, anywhere=True)


@_kind("row copied: the same figures twice", "OneValueForACell", at=_figures)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    sheet = form.reshape()[figure.sheet]
    sheet.append([cell.value for cell in sheet[figure.row]])
    row = sheet.max_row
    column, _ = coordinate_from_string(figure.cells["value"])
    also = {
        (figure.sheet, f"{coordinate_from_string(f.cells['value'])[0]}{n}")
        for f in form.filled()
        if f.sheet == figure.sheet and f.row == figure.row
        for n in (row, figure.row)
    }
    return Spot((figure.sheet, f"{column}{row}"), frozenset(also))


@_kind("a figure, and a reason why there is none (found at the figure)", "ValueOrGap", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    reason: Code = rng.choice(list(form.framework.codes("gap-reason")))
    form.put(figure.sheet, figure.cells["status"], pick(reason.label, rng.choice(["en", "zh"])))
    return Spot((figure.sheet, figure.cells["value"]))


# codes, headers and keys


@_kind("code of a row mistyped", "UnknownValueCell", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    cells = form.framework.edition().cells
    return Spot(form.put(figure.sheet, f"A{figure.row}", _slip(figure.code, rng, lambda t: cells.find(t) is not None)))


def _headers(form: Form) -> list[Where]:
    return sorted(
        {
            (f.sheet, f"{coordinate_from_string(f.cells[name])[0]}1")
            for f in form.filled()
            for name in ("value", "source", "status", "match", "note")
        }
    )


@_kind("header of a column mistyped", "UnknownColumn", "ColumnMissing", at=_headers)
def _(form: Form, at: tuple[str, str], rng: Random) -> Spot:
    text = form.text(*at)
    slip = text[:5] + _slip(text[5:], rng, lambda t: layout.parse_header(text[:5] + t) is not None)
    return Spot(form.put(*at, slip))


@_kind(
    "measure mistyped (in a workbook of plain tables)",
    "UnknownMeasure",
    form="tables",
    at=_rows_of_tables,
)
def _(form: Form, at: tuple[str, str], rng: Random) -> Spot:
    measures = form.framework.measures
    return Spot(form.put(*at, _slip(form.text(*at), rng, lambda t: measures.find(t) is not None)))


@_kind("action mistyped", "UnknownAction", at=lambda form: [row for row in form.documents if row.texts.get("supports")])
def _(form: Form, row: Row, rng: Random) -> Spot:
    actions = form.framework.actions
    first, *more = row.texts["supports"].split(";")
    slip = _slip(first.strip(), rng, lambda t: ";" in t or actions.find(t) is not None)
    return Spot(form.put(row.sheet, row.cells["supports"], ";".join([slip, *more])))


@_kind("status mistyped", "UnknownCode", at=_with("status"))
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    def means(text: str) -> bool:
        return any(form.framework.codes(name).find(text) for name in ("observation-status", "gap-reason"))

    text = form.text(figure.sheet, figure.cells["status"])
    return Spot(form.put(figure.sheet, figure.cells["status"], _slip(text, rng, means)))


@_kind("status that is none", "UnknownCode", at=_figures)
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    word = rng.choice(["ok", "done", "see note", "已填", "final", "A*"])
    return Spot(form.put(figure.sheet, figure.cells["status"], word))


@_kind("match of definitions mistyped", "UnknownCode", at=_with("match"))
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    text = form.text(figure.sheet, figure.cells["match"])
    slip = _slip(text, rng, lambda t: form.framework.codes("definition-match").find(t) is not None)
    return Spot(form.put(figure.sheet, figure.cells["match"], slip))


@_kind("city mistyped", "UnknownCity", at=_the_whole)
def _(form: Form, _form: Form, rng: Random) -> Spot:
    sheet, cell = form.city["city"]
    assert cell is not None
    slip = _slip(form.text(sheet, cell), rng, lambda t: form.framework.cities.find(t) is not None)
    return Spot(form.put(sheet, cell, slip))


@_kind("key of a source mistyped", "UnknownSource", at=_with("source"))
def _(form: Form, figure: Figure, rng: Random) -> Spot:
    keys = {row.texts["key"] for row in form.sources}
    text = form.text(figure.sheet, figure.cells["source"])
    slip = _slip(text, rng, lambda t: {part.strip() for part in t.split(";")} <= keys)
    return Spot(form.put(figure.sheet, figure.cells["source"], slip))


# sources and notes


@_kind("source of a figure missing", "ValueMissing", at=_with("source"))
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    return Spot(form.put(figure.sheet, figure.cells["source"], None))


@_kind(
    "proxy without a note",
    "ProxyHasNote",
    at=lambda form: [
        f
        for f in _with("match")(form)
        if (code := form.framework.codes("definition-match").find(form.text(f.sheet, f.cells["match"]))) is not None
        and code.code != "exact"
    ],
)
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    notes = [(figure.sheet, cell) for key, cell in figure.cells.items() if key.partition("_")[0] == "note"]
    for sheet, cell in notes:
        form.put(sheet, cell, None)
    return Spot((figure.sheet, figure.cells["note"]))


_SURVEY: Final = ("fieldwork_body", "sample_size", "fieldwork_start")


@_kind("survey without sample size, fieldwork body or date", "SurveySaysHow", at=_sources_of("survey", *_SURVEY))
def _(form: Form, row: Row, rng: Random) -> Spot:
    name = rng.choice(_SURVEY)
    return Spot(form.put(row.sheet, row.cells[name], None))


@_kind("official data without publisher", "OfficialSourceHasPublisher", at=_sources_of("official", "publisher"))
def _(form: Form, row: Row, _rng: Random) -> Spot:
    return Spot(form.put(row.sheet, row.cells["publisher"], None))


@_kind("expert review without panel or date", "ReviewSaysWho", at=_sources_of("expert-review", "panel", "review_date"))
def _(form: Form, row: Row, rng: Random) -> Spot:
    return Spot(form.put(row.sheet, row.cells[rng.choice(["panel", "review_date"])], None))


def _of_many_sources(form: Form) -> list[Row]:
    """Sources that could take the place of all others."""
    figures = form.filled()
    kinds = {f.measure.expected_source for f in figures}
    enough = len({f.measure.code for f in figures}) >= 8 and len(kinds) > 1
    return form.sources if enough and len(form.sources) > 1 else []


@_kind("one source for everything (found at that source)", "OneSourceForEverything", at=_of_many_sources)
def _(form: Form, row: Row, _rng: Random) -> Spot:
    cells = [form.put(f.sheet, f.cells["source"], row.texts["key"]) for f in form.filled()]
    return Spot((row.sheet, row.cells["key"]), frozenset(cells))


# years and cities


@_kind("reference year in the future", "YearNotInTheFuture", at=_the_whole)
def _(form: Form, _form: Form, rng: Random) -> Spot:
    sheet, cell = form.city["year"]
    assert cell is not None
    return Spot(form.put(sheet, cell, datetime.now(UTC).year + rng.randrange(1, 5)))


@_kind(
    "figures later than the reference year",
    "PeriodNotAfterReferenceYear",
    at=lambda form: sorted({f.sheet for f in form.filled() if f.year == max(g.year for g in form.filled())}),
)
def _(form: Form, sheet: str, rng: Random) -> Spot:
    newest = max(f.year for f in form.filled())
    later = newest + rng.randrange(1, 4)
    moved = [f for f in form.figures if f.sheet == sheet and f.year == newest]
    for cell in moved[0].cells.values():
        head = f"{coordinate_from_string(cell)[0]}1"
        form.put(sheet, head, form.text(sheet, head).replace(str(newest), str(later)))
    where = [(sheet, f.cells["value"]) for f in moved if f.value is not None]
    return Spot(where[0], frozenset(where[1:]))


def _too_old(form: Form) -> list[Figure]:
    """Figures with newer ones, that would be too old without these."""
    last = int(form.text(*form.city["year"]))  # type: ignore[arg-type]  # a cell
    filled = form.filled()
    return [f for f in filled if f.year < last - 5 and any(g.code == f.code and g.year > f.year for g in filled)]


@_kind("newest figure too old: the newer ones left out", "NewestFigureTooOld", at=_too_old, form="wide")
def _(form: Form, figure: Figure, _rng: Random) -> Spot:
    for newer in form.filled():
        if newer.code == figure.code and newer.year > figure.year:
            for cell in newer.cells.values():
                form.put(newer.sheet, cell, None)
    return Spot((figure.sheet, figure.cells["value"]))


@_kind("form of another year than it is handed in for", "NotAsClaimed", at=_the_whole, claimed=True)
def _(form: Form, _form: Form, rng: Random) -> Spot:
    sheet, cell = form.city["year"]
    assert cell is not None
    return Spot(form.put(sheet, cell, int(form.text(sheet, cell)) + rng.randrange(1, 4)))


def _is_fictional(form: Form) -> bool:
    """Whether the city is made up; its figures are published nowhere."""
    sheet, cell = form.city["city"]
    assert cell is not None
    city = form.framework.cities.find(form.text(sheet, cell))
    return city is not None and city.fictional


def _another_city(form: Form, rng: Random) -> Spot:
    sheet, cell = form.city["city"]
    assert cell is not None
    own = form.framework.cities.find(form.text(sheet, cell))
    other = rng.choice([city for city in form.framework.cities if city != own])
    return Spot(form.put(sheet, cell, rng.choice([other.code, pick(other.label, "en")])))


@_kind("form of another city than it is handed in for", "NotAsClaimed", at=_the_whole, claimed=True)
def _(form: Form, _form: Form, rng: Random) -> Spot:
    return _another_city(form, rng)


@_kind(
    "another city's published figures handed in as the own",
    "SameFiguresAsAnotherCity",
    at=lambda form: [form] if len(form.filled()) >= 10 and not _is_fictional(form) else [],
    published=True,
)
def _(form: Form, _form: Form, rng: Random) -> Spot:
    return _another_city(form, rng)


# what is no damage


def _move(form: Form, rng: Random) -> None:
    book = form.reshape()
    for sheet in form.sheets:
        for _ in range(3):  # rows change places
            first, second = (rng.randrange(2, sheet.max_row + 1) for _ in range(2))
            for column in range(1, sheet.max_column + 1):
                a, b = sheet.cell(first, column), sheet.cell(second, column)
                a.value, b.value = b.value, a.value
        sheet.insert_rows(rng.randrange(2, sheet.max_row))
        sheet.insert_cols(rng.randrange(2, sheet.max_column))
        sheet.insert_rows(1)
    for n, sheet in enumerate(form.sheets):
        sheet.title = f"Figures {n}"
    for n, name in enumerate(book.sheetnames):
        if rng.random() < 0.5:
            book.move_sheet(name, rng.randrange(-n, len(book.sheetnames) - n))


@_kind("no damage: rows, columns and sheets moved, sheets renamed", at=_the_whole)
def _(form: Form, _form: Form, rng: Random) -> Spot:
    _move(form, rng)
    return Spot(("", None))
