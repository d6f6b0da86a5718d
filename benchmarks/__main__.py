"""Runs the benchmarks: ``python -m benchmarks [NAME ...]``. See ``benchmarks/README.md``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import abuse, check, damage, endpoint, importing, plain_words, questions, visible, workbook
from benchmarks.measure import Outcome, machine
from benchmarks.report import as_markdown, as_text, write_results

BENCHMARKS: dict[str, Callable[[bool, Path], Outcome]] = {
    "check": check.run,
    "import": importing.run,
    "workbook": workbook.run,
    "damage": damage.run,
    "visible": visible.run,
    "plain-words": plain_words.run,
    "questions": questions.run,
    "abuse": abuse.run,
    "endpoint": endpoint.run,
}
README = Path(__file__).with_name("README.md")


def main() -> None:
    """Runs what the command line names; all where it names none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What is measured, beside whom.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"any of {', '.join(BENCHMARKS)}; all without one")
    parser.add_argument("--quick", action="store_true", help="few repetitions on small data: only to see that it runs")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every figure to a file")
    parser.add_argument("--write", action="store_true", help="put the results into benchmarks/README.md")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    if options.write and options.quick:
        parser.error("--write is for whole measurements: without --quick")
    host, day = machine(), datetime.now(UTC).date().isoformat()
    outcomes: dict[str, Outcome] = {}
    print(", ".join(f"{name}: {found}" for name, found in host.items()), end="\n\n")
    for name in options.names or BENCHMARKS:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="lcgraph-benchmark-") as folder:
            outcomes[name] = BENCHMARKS[name](options.quick, Path(folder))
        print(as_text(outcomes[name]), flush=True)
        print(f"({time.perf_counter() - start:.0f} s)\n", file=sys.stderr)
    if options.json is not None:
        told = {name: outcome.figures for name, outcome in outcomes.items()}
        options.json.write_text(json.dumps({"day": day, "machine": host, **told}, indent=1) + "\n", encoding="utf-8")
    if options.write:
        results = {outcome.title: as_markdown(outcome, host, day) for outcome in outcomes.values()}
        write_results(README, results, list(BENCHMARKS))


if __name__ == "__main__":
    main()
