"""A file made to take the machine is refused: read here as the command line does, in little memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

READ = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1500 << 20, 1500 << 20))
from pathlib import Path
from lcgraph.errors import LcgraphError
from lcgraph.framework.framework import framework
from lcgraph.reading.reader import read_path
for path in map(Path, sys.argv[1:]):
    try:
        reading = read_path(path, framework())
        said = {"class": "", "rules": sorted({f.rule for f in reading.findings})}
    except LcgraphError as error:
        said = {"class": type(error).__name__, **error.told("en")}
    print(json.dumps({"file": path.name, **said}), flush=True)
"""

SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]>"
)
HEADER = "record,city,year,edition,submitter\n"
NEST = 100_000
TURTLE = "@prefix lc: <https://w3id.org/lcgraph/ontology#> .\n"
XML = '<?xml version="1.0"{}?>{}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/">{}</rdf:RDF>'


def book(change: Callable[[bytes], bytes] = bytes, part: str = SHEET) -> bytes:
    """A workbook with one part of it changed."""
    made, out, found = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    made.active.title = "Submission"  # type: ignore[union-attr]
    made.active.append(["city", "year", "edition", "submitter"])  # type: ignore[union-attr]
    made.save(out)
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), part}:
            data = old.read(name) if name in old.namelist() else b""
            new.writestr(name, change(data) if name == part else data)
    return found.getvalue()


def inside(what: bytes, before: bytes = b"</sheetData>") -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert before in data
        return data.replace(before, what + before)

    return change


def after(what: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b"</sheetData>", b"</sheetData>" + what)


def lying() -> bytes:
    """A workbook whose directory says that a part of 300 MB has 2,000 bytes."""
    data = bytearray(book(inside(b" " * 300_000_000)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    at = data.rindex(size)
    data[at : at + 4] = (2000).to_bytes(4, "little")
    return bytes(data)


def crowded() -> bytes:
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        for n in range(20_000):
            archive.writestr(f"a/{n}", "")
    return out.getvalue()


ROW = b'<row><c t="inlineStr"><is><t>1.2.2-a</t></is></c><c><v>2016</v></c></row>'
WHOLE = b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
COLUMNS = b"<cols>" + b'<col min="1" max="16384"/>' * 500_000 + b"</cols>"
CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
STYLES = b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>' * 300_000
NAMES = b"<definedNames>" + b'<definedName name="a">A1</definedName>' * 300_000 + b"</definedNames>"

# the file, how it ends, and words of the error
TRAPS: dict[str, tuple[Callable[[], bytes | str], str, str]] = {
    "zip-bomb.xlsx": (lambda: book(inside(b" " * 300_000_000)), "FileTooLarge", "unpacks to more than 60 MB"),
    "nested-bomb.xlsx": (
        lambda: book(lambda _: book(inside(b" " * 300_000_000)), "xl/a.zip"),
        "UnreadableFile",
        "no rows in Submission",
    ),
    "lying-bomb.xlsx": (lying, "UnreadableFile", "not a readable Excel workbook"),
    "crowded.xlsx": (crowded, "FileTooLarge", "1,000 parts"),
    "rows.xlsx": (lambda: book(inside(ROW * 200_000)), "FileTooLarge", "reaches to cell A20002; at most 20,000 rows"),
    "empty-rows.xlsx": (lambda: book(inside(b"<row/>" * 8_000_000)), "FileTooLarge", "20,000 rows"),
    "far-cell.xlsx": (lambda: book(inside(CELL)), "FileTooLarge", "A1048576"),
    "lying-row.xlsx": (lambda: book(inside(CELL.replace(b'r="1048576"', b'r="2"'))), "FileTooLarge", "XFD1048576"),
    "lying-dimension.xlsx": (
        lambda: book(lambda d: d.replace(b'ref="A1:D1"', b'ref="A1"').replace(b"</sheetData>", CELL + b"</sheetData>")),
        "FileTooLarge",
        "A1048576",
    ),
    "merged-whole.xlsx": (lambda: book(after(WHOLE)), "FileTooLarge", "merged range A1:XFD1048576"),
    "columns.xlsx": (lambda: book(inside(COLUMNS, b"<sheetData>")), "FileTooLarge", "50,000 styles"),
    "styles.xlsx": (lambda: book(inside(STYLES, b"</cellXfs>"), "xl/styles.xml"), "FileTooLarge", "50,000 styles"),
    "names.xlsx": (lambda: book(inside(NAMES, b"<calcPr"), "xl/workbook.xml"), "FileTooLarge", "50,000 styles"),
    "deep.xlsx": (lambda: book(inside(b"<a>" * 1_000_000)), "FileTooLarge", "64 elements inside one another"),
    "laughs.xlsx": (lambda: book(lambda d: LAUGHS + d), "UnreadableFile", "declares a document type"),
    "laughs-in-styles.xlsx": (lambda: book(lambda d: LAUGHS + d, "xl/styles.xml"), "UnreadableFile", "document type"),
    "rows.csv": (lambda: HEADER + "observation,,,,\n" * 200_000, "FileTooLarge", "20,000 rows"),
    "empty-rows.csv": (lambda: HEADER + "\n" * 2_000_000, "FileTooLarge", "20,000 rows"),
    "columns.csv": (lambda: HEADER.strip() + ",x" * 1_000_000, "FileTooLarge", "line 1 has 1000005 cells"),
    "cell.csv": (
        lambda: HEADER + 'submission,"' + "x" * 5_000_000 + '"',
        "FileTooLarge",
        "more than 100,000 characters",
    ),
    "open-quote.csv": (lambda: HEADER + 'submission,"' + "x\n" * 500_000, "FileTooLarge", "line 2"),
    "large.csv": (lambda: HEADER + "x" * 21_000_000, "FileTooLarge", "20 MB"),
    "lists.ttl": (lambda: f"<#a> <#b> {'(' * NEST}{')' * NEST} .", "FileTooLarge", "at most 40000"),
    "blanks.ttl": (lambda: f"<#a> <#b> {'[ <#b> ' * NEST}1{']' * NEST} .", "FileTooLarge", "at most 40000"),
    "statements.ttl": (lambda: "<a> <b> " + ",".join(map(str, range(600_000))) + " .", "FileTooLarge", "500,000"),
    "nodes.ttl": (
        lambda: TURTLE + "".join(f"<#s{i}> a lc:Source .\n" for i in range(100_000)),
        "FileTooLarge",
        "describes 100000 nodes",
    ),
    "literal.ttl": (lambda: '<a> <b> """' + "x" * 19_000_000 + '""" .', "FileTooLarge", "too long to read"),
    "laughs.rdf": (lambda: XML.format("", LAUGHS.decode(), "&j;"), "UnreadableFile", "declares a document type"),
    "laughs-utf16.rdf": (
        lambda: XML.format(' encoding="UTF-16"', LAUGHS.decode(), "&j;").encode("utf-16"),
        "UnreadableFile",
        "declares a document type",
    ),
    "local-file.rdf": (
        lambda: XML.format("", '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"),
        "UnreadableFile",
        "declares a document type",
    ),
    "deep.rdf": (
        lambda: XML.format("", "", "<x:a><x:p>" * NEST + "</x:p></x:a>" * NEST),
        "FileTooLarge",
        "100 levels deep",
    ),
    "deep.jsonld": (lambda: '{"@id":"a","http://p":' * NEST + "1" + "}" * NEST, "FileTooLarge", "100 levels deep"),
    "lists.jsonld": (lambda: '{"p":' + "[" * NEST + "]" * NEST + "}", "FileTooLarge", "100 levels deep"),
    "terms.jsonld": (
        lambda: json.dumps({"@context": {f"t{i}": {"@id": f"http://p{i}", "@context": {}} for i in range(50_000)}}),
        "FileTooLarge",
        "more than 1,000 terms",
    ),
    "remote.jsonld": (lambda: '{"@context":"http://127.0.0.1:9/c"}', "UnreadableFile", "no address is fetched"),
    "import.jsonld": (
        lambda: '{"@context":{"@import":"http://127.0.0.1:9/c"},"@id":"a"}',
        "UnreadableFile",
        "no address is fetched",
    ),
    "local-file.jsonld": (lambda: '{"@context":"file:///etc/passwd"}', "UnreadableFile", "no address is fetched"),
}


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ttl", "rdf", "jsonld"])
def test_a_trap_is_refused_with_its_place_and_its_cure(kind: str, tmp_path: Path) -> None:
    """One process of 1.5 GB reads all of a kind, one after the other."""
    traps = {name: trap for name, trap in TRAPS.items() if name.endswith(f".{kind}")}
    for name, (make, _, _) in traps.items():
        content = make()
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = subprocess.run(
        [sys.executable, "-c", READ, *(str(tmp_path / name) for name in traps)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    answers = {answer["file"]: answer for answer in map(json.loads, ended.stdout.splitlines())}
    assert not ended.stderr
    assert answers.keys() == traps.keys()
    for name, (_, error_class, words) in traps.items():
        answer = answers[name]
        assert answer["class"] == error_class, answer
        assert words in answer["message"] + answer["where"], answer
        assert name in answer["where"]
        assert answer["remedy"]
