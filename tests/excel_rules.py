"""What Excel asks of a workbook before it opens it without a word, after ECMA-376 and Excel's published limits.

The parts are read here as XML and not by the library that wrote them, which forgives itself.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"

ORDER = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
]
"""The children of a sheet, in the order in which they must stand (CT_Worksheet)."""

VALIDATIONS = {"none", "whole", "decimal", "list", "date", "time", "textLength", "custom"}
OPERATORS = {"between", "notBetween", "equal", "notEqual", "lessThan", "lessThanOrEqual", "greaterThan"}
OPERATORS |= {"greaterThanOrEqual"}
CELL_TYPES = {"b", "n", "e", "s", "str", "inlineStr", "d"}

CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
TITLES = re.compile(r"(?:'((?:[^']|'')+)'|([^'!,]+))!\$([A-Z]+|\d+):\$([A-Z]+|\d+)")


def faults(data: bytes) -> list[str]:
    """What Excel would refuse or repair in a workbook; empty where it would do neither."""
    return list(_Package(data).faults())


def units(text: str) -> int:
    """How long Excel finds a text."""
    return len(text.encode("utf-16-le")) // 2


def box(area: str) -> tuple[int, int, int, int] | None:
    """An area as columns and rows, ``A1:B2`` as (1, 1, 2, 2); None where Excel has no such cells."""
    ends = [CELL.fullmatch(end) for end in area.split(":")]
    if not 1 <= len(ends) <= 2 or None in ends:
        return None
    corners = [(column(end[1]), int(end[2])) for end in ends if end is not None]
    (left, top), (right, bottom) = corners[0], corners[-1]
    if not (1 <= left <= right <= 16384 and 1 <= top <= bottom <= 1048576):
        return None
    return left, top, right, bottom


def column(letters: str) -> int:
    """The number of a column."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether two areas have a cell in common."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@dataclass(slots=True)
class _Sheet:
    name: str
    part: str
    root: Element


class _Package:
    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.names = archive.namelist()
            self.parts = {name: archive.read(name) for name in self.names}
        self.trees = {
            name: fromstring(part) for name, part in self.parts.items() if name.endswith((".xml", ".rels", ".vml"))
        }
        self.sheets: list[_Sheet] = []

    def faults(self) -> Iterator[str]:
        """What is wrong, part by part."""
        yield from (f"{name} is there twice" for name, n in Counter(self.names).items() if n > 1)
        yield from self._content_types()
        yield from self._relations()
        yield from self._workbook()
        yield from self._styles()
        for sheet in self.sheets:
            yield from (f"{sheet.name}: {fault}" for fault in self._sheet(sheet))

    def _content_types(self) -> Iterator[str]:
        root = self.trees["[Content_Types].xml"]
        overrides = [e.get("PartName", "").lstrip("/") for e in root.iter(f"{TYPES}Override")]
        defaults = {e.get("Extension", "").lower() for e in root.iter(f"{TYPES}Default")}
        yield from (f"{name} has two content types" for name, n in Counter(overrides).items() if n > 1)
        yield from (f"{name} has a content type and is not there" for name in overrides if name not in self.parts)
        for name in self.names:
            if name not in overrides and name.rpartition(".")[2].lower() not in defaults:
                yield f"{name} has no content type"

    def _relations(self) -> Iterator[str]:
        for name, tree in self.trees.items():
            if name.endswith(".rels"):
                ids = Counter(e.get("Id") for e in tree)
                yield from (f"{name}: {key} is there twice" for key, n in ids.items() if n > 1)
                for relation in tree:
                    if relation.get("TargetMode") == "External":
                        yield f"{name}: leads out to {relation.get('Target')}"
                    elif self._target(name, relation) not in self.parts:
                        yield f"{name}: leads to {relation.get('Target')}, which is not there"
            else:
                known = set(self._related(name))
                for element in tree.iter():
                    for key, value in element.items():
                        if key.startswith(RELATION) and value not in known:
                            yield f"{name}: {value} leads nowhere"

    @staticmethod
    def _target(relations: str, relation: Element) -> str:
        target = relation.get("Target", "")
        if target.startswith("/"):
            return target.lstrip("/")
        return posixpath.normpath(posixpath.join(posixpath.dirname(posixpath.dirname(relations)), target))

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Ids to the kind of relation and the part that it leads to."""
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        tree = self.trees.get(relations)
        if tree is None:
            return {}
        return {e.get("Id", ""): (e.get("Type", "").rpartition("/")[2], self._target(relations, e)) for e in tree}

    def _workbook(self) -> Iterator[str]:
        root = self.trees["xl/workbook.xml"]
        related = self._related("xl/workbook.xml")
        for element in root.iter(f"{MAIN}sheet"):
            name = element.get("name", "")
            if not 1 <= units(name) <= 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name):
                yield f"“{name}” cannot be the name of a sheet"
            part = related[element.get(f"{RELATION}id", "")][1]
            self.sheets.append(_Sheet(name, part, self.trees[part]))
        names = Counter(sheet.name.casefold() for sheet in self.sheets)
        yield from (f"two sheets are called {name}" for name, n in names.items() if n > 1)
        yield from (
            f"two sheets have the id {key}"
            for key, n in Counter(e.get("sheetId") for e in root.iter(f"{MAIN}sheet")).items()
            if n > 1
        )
        if all(e.get("state", "visible") != "visible" for e in root.iter(f"{MAIN}sheet")):
            yield "no sheet is visible"
        for view in root.iter(f"{MAIN}workbookView"):
            if not 0 <= int(view.get("activeTab", "0")) < len(self.sheets):
                yield "the active sheet is not there"
        yield from self._defined_names(root)

    def _defined_names(self, root: Element) -> Iterator[str]:
        seen = Counter((e.get("name"), e.get("localSheetId")) for e in root.iter(f"{MAIN}definedName"))
        yield from (f"two areas are called {name}" for (name, _), n in seen.items() if n > 1)
        for element in root.iter(f"{MAIN}definedName"):
            name, told, local = element.get("name", ""), element.text or "", element.get("localSheetId")
            if local is not None and not 0 <= int(local) < len(self.sheets):
                yield f"{name} is of a sheet that is not there"
            if name != "_xlnm.Print_Titles":
                yield f"{name} is not expected"
                continue
            parts = [TITLES.fullmatch(part) for part in re.split(r",(?=(?:[^']*'[^']*')*[^']*$)", told)]
            of = {(p[1] or p[2]).replace("''", "'") for p in parts if p is not None}
            if None in parts or local is None or of != {self.sheets[int(local)].name}:
                yield f"{told} cannot be repeated on paper"

    def _styles(self) -> Iterator[str]:
        root = self.trees["xl/styles.xml"]
        counts = {
            kind: len(root.find(f"{MAIN}{kind}") or ())
            for kind in ("fonts", "fills", "borders", "cellXfs", "cellStyleXfs")
        }
        if counts["cellXfs"] > 65490 or counts["fonts"] > 1024:
            yield "there are more styles than Excel has room for"
        if counts["fills"] < 2:
            yield "the two fills that Excel expects are not there"
        formats = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iter(f"{MAIN}numFmt")}
        for key, code in formats.items():
            if (
                int(key or 0) < 164
                or not 1 <= units(code) <= 255
                or code.count('"') % 2
                or code.count("[") != code.count("]")
            ):
                yield f"{key} “{code}” is no number format"
        for xf in root.iter(f"{MAIN}xf"):
            for kind, key in (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId")):
                if int(xf.get(key, "0")) >= counts[kind]:
                    yield f"a style has the {key} {xf.get(key)}, which is not there"
            if int(xf.get("numFmtId", "0")) >= 164 and xf.get("numFmtId") not in formats:
                yield f"a style has the number format {xf.get('numFmtId')}, which is not there"
        self.styles = counts["cellXfs"]

    def _sheet(self, sheet: _Sheet) -> Iterator[str]:
        tags = [child.tag.removeprefix(MAIN) for child in sheet.root]
        if not set(tags) <= set(ORDER) or [t for t in ORDER if t in tags] != list(dict.fromkeys(tags)):
            yield f"its parts stand in the order {tags}"
        yield from self._columns(sheet.root)
        yield from self._cells(sheet.root)
        yield from self._validations(sheet.root)
        yield from self._links(sheet.root)
        yield from self._paper(sheet.root)
        yield from self._comments(sheet)
        for tag in ("mergeCell", "conditionalFormatting", "f", "tablePart", "drawing"):
            if sheet.root.find(f".//{MAIN}{tag}") is not None:
                yield f"{tag} is not expected"
        for protection in sheet.root.iter(f"{MAIN}sheetProtection"):
            yield from (
                f"{k}={v} is no protection" for k, v in protection.items() if v not in {"0", "1", "true", "false"}
            )

    def _columns(self, root: Element) -> Iterator[str]:
        last = 0
        for col in root.iter(f"{MAIN}col"):
            low, high = int(col.get("min", "0")), int(col.get("max", "0"))
            if not last < low <= high <= 16384:
                yield f"columns {low} to {high} stand in the wrong place"
            if not 0 <= float(col.get("width", "0")) <= 255:
                yield f"a column is {col.get('width')} wide"
            last = high

    def _cells(self, root: Element) -> Iterator[str]:
        row_before = 0
        for row in root.iter(f"{MAIN}row"):
            number, before = int(row.get("r", "0")), 0
            if number <= row_before:
                yield f"row {number} stands in the wrong place"
            row_before = number
            if not 0 <= float(row.get("ht", "0")) <= 409:
                yield f"row {number} is {row.get('ht')} high"
            for cell in row.iter(f"{MAIN}c"):
                area = box(cell.get("r", ""))
                if area is None or area[1] != number or area[0] <= before:
                    yield f"cell {cell.get('r')} stands in the wrong place"
                    continue
                before = area[0]
                yield from (f"cell {cell.get('r')}: {fault}" for fault in self._cell(cell))

    def _cell(self, cell: Element) -> Iterator[str]:
        kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v")
        text = "".join(t.text or "" for t in cell.iter(f"{MAIN}t"))
        if kind not in CELL_TYPES:
            yield f"it is of the kind {kind}"
        if int(cell.get("s", "0")) >= self.styles:
            yield f"it has the style {cell.get('s')}, which is not there"
        if units(text) > 32767:
            yield "its text is too long"
        if kind == "s" and int(value or -1) >= self._shared():
            yield f"its text {value} is not there"
        if kind == "n" and value is not None and not math.isfinite(float(value)):
            yield f"{value} is no number"

    def _shared(self) -> int:
        tree = self.trees.get("xl/sharedStrings.xml")
        return 0 if tree is None else len(tree)

    def _validations(self, root: Element) -> Iterator[str]:
        for holder in root.iter(f"{MAIN}dataValidations"):
            if int(holder.get("count", len(holder))) != len(holder) or not 1 <= len(holder) <= 65534:
                yield f"it has {len(holder)} validations and says {holder.get('count')}"
        taken: list[tuple[int, int, int, int]] = []
        for validation in root.iter(f"{MAIN}dataValidation"):
            where = validation.get("sqref", "")
            yield from (f"validation of {where}: {fault}" for fault in self._validation(validation))
            for area in where.split():
                found = box(area)
                if found is None:
                    yield f"{area} cannot be validated"
                    continue
                if any(overlap(found, other) for other in taken):
                    yield f"{area} is validated twice"
                taken.append(found)

    def _validation(self, validation: Element) -> Iterator[str]:
        kind = validation.get("type", "none")
        if kind not in VALIDATIONS or validation.get("operator", "between") not in OPERATORS:
            yield "Excel knows no such validation"
        for key, limit in (("errorTitle", 32), ("promptTitle", 32), ("error", 255), ("prompt", 255)):
            if units(validation.get(key, "")) > limit:
                yield f"its {key} is too long"
        formulas = [validation.findtext(f"{MAIN}{key}") for key in ("formula1", "formula2")]
        if not formulas[0]:
            yield "it allows nothing"
        needs_two = kind != "list" and validation.get("operator", "between") in {"between", "notBetween"}
        if needs_two != (formulas[1] is not None):
            yield f"{validation.get('operator')} has the bounds {formulas}"
        for formula in filter(None, formulas):
            if kind in {"whole", "decimal"}:
                if not math.isfinite(float(formula)):
                    yield f"{formula} is no bound"
            elif formula.startswith('"'):
                if not formula.endswith('"') or units(formula[1:-1]) > 255 or '"' in formula[1:-1]:
                    yield "its list cannot stand in place"
            elif not self._reference(formula):
                yield f"{formula} leads nowhere"

    def _reference(self, text: str) -> bool:
        """Whether a text names cells of a sheet that is there, quoted as Excel asks."""
        name, _, area = text.rpartition("!")
        if re.fullmatch(r"'(?:[^']|'')+'", name):
            name = name[1:-1].replace("''", "'")
        elif not re.fullmatch(r"[^\W\d][\w.]*", name):
            return False
        return name in {sheet.name for sheet in self.sheets} and box(area) is not None

    def _links(self, root: Element) -> Iterator[str]:
        links = list(root.iter(f"{MAIN}hyperlink"))
        if len(links) > 65530:
            yield "it has more links than Excel allows"
        for link in links:
            if box(link.get("ref", "")) is None or not self._reference(link.get("location", "")):
                yield f"the link at {link.get('ref')} leads to {link.get('location')}"

    def _paper(self, root: Element) -> Iterator[str]:
        for setup in root.iter(f"{MAIN}pageSetup"):
            if not 10 <= int(setup.get("scale", "100")) <= 400 or setup.get("orientation") not in {
                "portrait",
                "landscape",
            }:
                yield f"it cannot be printed as {setup.attrib}"
        for part in (f"{MAIN}oddHeader", f"{MAIN}oddFooter"):
            for element in root.iter(part):
                if units(element.text or "") > 255 or re.search(
                    r"&(?![LCRAPN&])", (element.text or "").replace("&&", "")
                ):
                    yield f"“{element.text}” cannot stand at the foot of a page"
        for breaks in root.iter(f"{MAIN}colBreaks"):
            ids = [int(b.get("id", "0")) for b in breaks]
            if (
                ids != sorted(set(ids))
                or not all(1 <= i <= 16383 for i in ids)
                or int(breaks.get("count", len(ids))) != len(ids)
            ):
                yield f"its pages end after the columns {ids}"

    def _comments(self, sheet: _Sheet) -> Iterator[str]:
        related = self._related(sheet.part)
        for kind, part in related.values():
            if kind != "comments":
                continue
            tree = self.trees[part]
            authors = len(list(tree.iter(f"{MAIN}author")))
            comments = list(tree.iter(f"{MAIN}comment"))
            yield from _repeated("comment", (c.get("ref") for c in comments))
            for comment in comments:
                text = "".join(t.text or "" for t in comment.iter(f"{MAIN}t"))
                if box(comment.get("ref", "")) is None or int(comment.get("authorId", "0")) >= authors:
                    yield f"the comment at {comment.get('ref')} has no cell or author"
                if not 1 <= units(text) <= 32767:
                    yield f"the comment at {comment.get('ref')} is {units(text)} long"
            drawings = [self.trees[part] for kind, part in related.values() if kind == "vmlDrawing"]
            shapes = [e for d in drawings for e in d.iter("{urn:schemas-microsoft-com:vml}shape")]
            if len(shapes) != len(comments) or sheet.root.find(f"{MAIN}legacyDrawing") is None:
                yield f"{len(comments)} comments have {len(shapes)} shapes"
            yield from _repeated("shape", (shape.get("id") for shape in shapes))


def _repeated(what: str, keys: Iterable[str | None]) -> Iterator[str]:
    yield from (f"the {what} {key} is there twice" for key, n in Counter(keys).items() if n > 1)
