"""Excel finds nothing to repair in a form or in a marked workbook, by all that is published of what it asks.

No test opens Excel. What it asks is in `excel_rules`; and openxml-audit has it from Microsoft's own SDK.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from excel_rules import faults
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from office import marked_form, workbooks
from submission_strategies import submissions

from lcgraph.framework.framework import Framework
from lcgraph.framework.framework import framework as framework_of
from lcgraph.language import languages
from lcgraph.reading.form.write import write_form
from lcgraph.reading.submission import Submission

AUDIT = Path(sys.prefix) / "openxml"


@pytest.fixture(scope="module")
def books(framework: Framework, lumenport: Submission, lumenport_framework: Framework) -> dict[str, bytes]:
    return workbooks(framework, lumenport, lumenport_framework)


def test_excel_has_nothing_to_repair(books: dict[str, bytes]) -> None:
    assert {name: found for name, data in books.items() if (found := faults(data))} == {}


def test_nor_where_a_remark_is_as_long_as_a_cell_can_hold(
    lumenport: Submission, lumenport_framework: Framework
) -> None:
    first, *rest = lumenport.observations
    long = replace(first, note={"en": "long " * 6000, "zh": "很长的备注" * 6000})
    assert faults(write_form(replace(lumenport, observations=(long, *rest)), lumenport_framework, [], "zh")) == []
    assert faults(marked_form(replace(lumenport, observations=(long, *rest)), lumenport_framework, "zh")) == []


@pytest.mark.skipif(not AUDIT.is_dir(), reason="openxml-audit is not installed (make .venv/openxml)")
def test_each_part_is_as_the_schemas_of_microsofts_sdk_ask(books: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in books.items():
        (tmp_path / f"{name}.xlsx").write_bytes(data)
    command = [
        sys.executable,
        "-m",
        "openxml_audit",
        "-r",
        "-m",
        "0",
        "-f",
        "microsoft365",
        "-o",
        "json",
        str(tmp_path),
    ]
    told = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(AUDIT)}, capture_output=True, check=False)
    audits = json.loads(told.stdout)
    assert len(audits) == len(books)
    for audit in audits:
        # ECMA-376 lets the properties of a font stand in any order (CT_Font is a choice); only the SDK wants one
        errors = [e for e in audit["errors"] if e["severity"] == "error" and "/fonts[1]/font[" not in e["path"]]
        assert errors == []


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # to shrink an example would take minutes
)
@given(submissions(), st.sampled_from(languages()))
def test_nor_whatever_is_filled_in(submission: Submission, language: str) -> None:
    assert faults(write_form(submission, framework_of(), [submission.year], language)) == []


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        ("xl/workbook.xml", 'name="Sources"', 'name="Sources?"', "cannot be the name of a sheet"),
        ("xl/workbook.xml", 'name="Sources"', 'name="city"', "two sheets are called city"),
        ("xl/workbook.xml", r"\$A:\$B", "A:", "cannot be repeated on paper"),
        ("xl/worksheets/sheet3.xml", 'promptTitle="', f'promptTitle="{"x" * 32}', "its promptTitle is too long"),
        ("xl/worksheets/sheet3.xml", 'prompt="', f'prompt="{"x" * 255}', "its prompt is too long"),
        ("xl/worksheets/sheet3.xml", "'Lists'!", "'List'!", "leads nowhere"),
        ("xl/worksheets/sheet3.xml", "<formula2>[^<]*</formula2>", "", "has the bounds"),
        ("xl/worksheets/sheet3.xml", 'sqref="G3 ', 'sqref="G4 ', "is validated twice"),
        ("xl/worksheets/sheet3.xml", 'ht="[^"]*"', 'ht="410"', "410 high"),
        ("xl/worksheets/sheet3.xml", 'r="B3"', 'r="A3"', "stands in the wrong place"),
        ("xl/worksheets/sheet3.xml", '(<c [^>]*) s="[^"]*"', r'\1 s="999"', "has the style 999"),
        ("xl/worksheets/sheet3.xml", r"(<pageMargins[^>]*>)(<pageSetup[^>]*>)", r"\2\1", "stand in the order"),
        ("xl/worksheets/sheet3.xml", "&amp;A", "&amp;Q", "at the foot of a page"),
        ("xl/worksheets/sheet1.xml", "location=\"'3[^']*'!", "location=\"'4'!", "leads to '4'!"),
        ("xl/comments/comment2.xml", 'ref="B3"', 'ref="B4"', "the comment B4 is there twice"),
        ("xl/styles.xml", 'fontId="1"', 'fontId="99"', "fontId 99, which is not there"),
        ("xl/worksheets/_rels/sheet3.xml.rels", 'Id="[^"]*"', 'Id="same"', "same is there twice"),
        ("[Content_Types].xml", "/xl/styles.xml", "/xl/style.xml", "is not there"),
    ],
)
def test_a_fault_that_is_put_in_is_found(part: str, old: str, new: str, fault: str, books: dict[str, bytes]) -> None:
    name = "marked-en" if part.endswith("sheet1.xml") else "one-en"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(books[name])) as parts, zipfile.ZipFile(out, "w") as spoiled:
        for each in parts.namelist():
            text = parts.read(each)
            if each == part:
                assert re.search(old, text.decode()), old
                text = re.sub(old, new, text.decode()).encode()
            spoiled.writestr(each, text)
    assert any(fault in found for found in faults(out.getvalue()))
