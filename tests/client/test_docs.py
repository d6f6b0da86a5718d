"""The examples of ``docs/client.md`` give what the page says."""

from __future__ import annotations

import doctest
import re

import pytest
from service_support import Served
from support import ROOT

from lcgraph.client import errors


def test_the_examples_of_the_page_run(small_service: Served) -> None:
    text = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    examples = "\n".join(re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL))
    examples = examples.replace("http://127.0.0.1:8000", small_service.address)
    test = doctest.DocTestParser().get_doctest(examples, {}, "client.md", "docs/client.md", 0)
    assert len(test.examples) > 8
    said: list[str] = []
    failed, _ = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test, out=said.append)
    assert not failed, "".join(said)


@pytest.mark.parametrize(
    "name", [name for name in vars(errors) if name.endswith(("Error", "Off", "Changed", "Package", "Unreachable"))]
)
def test_the_page_and_the_module_draw_every_error(name: str) -> None:
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    assert re.search(rf"^[│ ]*[├└]?[─ ]*{name}\b", page, flags=re.MULTILINE)
    assert name in (errors.__doc__ or "")
