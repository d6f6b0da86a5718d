"""How results are told: as text on a terminal, and as Markdown in ``benchmarks/README.md``."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Aim, Outcome, Table

BEGIN = "<!-- results: written by python -m benchmarks --write -->"
END = "<!-- end of results -->"


def as_text(outcome: Outcome) -> str:
    """An outcome for a terminal."""
    parts = [f"{outcome.title}\n{'=' * len(outcome.title)}", textwrap.fill(outcome.measured, 110)]
    parts.extend(_plain(table) for table in outcome.tables)
    parts.append("\n".join(_aim(aim) for aim in outcome.aims))
    parts.extend(textwrap.fill(remark, 110) for remark in outcome.remarks)
    return "\n\n".join(parts) + "\n"


def _aim(aim: Aim) -> str:
    return f"{'reached' if aim.reached else 'MISSED '}  aim: {aim.says}; came out: {aim.came_out}"


def _plain(table: Table) -> str:
    rows = [table.head, *table.rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def as_markdown(outcome: Outcome, machine: Mapping[str, str], day: str) -> str:
    """A section of the README."""
    parts = [
        f"### {outcome.title}",
        f"{day}, {', '.join(f'{name} {found}' for name, found in machine.items())}.",
        outcome.measured,
        *map(_markdown, outcome.tables),
        _markdown(Table(("aim", "came out", "reached"), [_row(aim) for aim in outcome.aims])),
        *outcome.remarks,
    ]
    return "\n\n".join(parts)


def _row(aim: Aim) -> tuple[str, ...]:
    return (aim.says, aim.came_out, "yes" if aim.reached else "**no**")


def _markdown(table: Table) -> str:
    rows = ("|".join(("", *(f" {cell} " for cell in row), "")) for row in table.rows)
    head = "|".join(("", *(f" {cell} " for cell in table.head), ""))
    return "\n".join((head, "|---|" + "---:|" * (len(table.head) - 1), *rows))


def write_results(readme: Path, results: Mapping[str, str], order: Sequence[str]) -> None:
    """Puts results between the markers of a file, in place of former ones of the same benchmarks.

    :param results: title to section.
    :param order: titles in the order in which the sections are to stand.
    :raises ValueError: if the file has no markers.
    """
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    former, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name} has no place for results: {BEGIN} … {END}")
    sections = {text.partition("\n")[0]: f"### {text.strip()}" for text in former.split("### ")[1:]} | dict(results)
    text = "\n\n".join(sections[title] for title in order if title in sections)
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
