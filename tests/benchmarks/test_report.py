"""Results are put in place of those of the same benchmark, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.measure import Aim, Outcome, Table
from benchmarks.report import BEGIN, END, as_markdown, write_results

ORDER = ["check", "import", "endpoint"]


def section(title: str, came: str) -> str:
    table = Table(("query", "ms"), [("ASK", came)])
    outcome = Outcome(
        title, "What is measured.", [table], [Aim("at most 1 ms", came, reached=False)], ["A remark."], {}
    )
    return as_markdown(outcome, {"cores": "2"}, "2026-11-25")


def test_a_section_is_replaced_and_the_others_stay_in_their_order(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Benchmarks\n\n### not a result\n\n{BEGIN}\n\n{END}\n\nafter\n", encoding="utf-8")
    write_results(readme, {"endpoint": section("endpoint", "first"), "check": section("check", "first")}, ORDER)
    write_results(readme, {"endpoint": section("endpoint", "second")}, ORDER)
    write_results(readme, {"import": section("import", "third")}, ORDER)
    text = readme.read_text(encoding="utf-8")
    between = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert between == "\n\n".join(
        (section("check", "first"), section("import", "third"), section("endpoint", "second"))
    )
    assert text.startswith("# Benchmarks\n\n### not a result")
    assert text.endswith(f"{END}\n\nafter\n")


def test_a_section_says_when_on_what_and_whether_the_aim_was_reached() -> None:
    text = section("check", "2 ms")
    assert "2026-11-25, cores 2." in text
    assert "| at most 1 ms | 2 ms | **no** |" in text
    assert "| ASK | 2 ms |" in text


def test_a_file_without_a_place_for_results_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Benchmarks\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no place for results"):
        write_results(readme, {}, ORDER)
