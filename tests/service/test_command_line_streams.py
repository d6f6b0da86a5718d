"""The command line in the terminals, pipes and locales that it is called in."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
import servers
from service_support import COMMAND, Run, environment
from support import DEMO, SMALL

from lcgraph.publishing.network import Network

EUROSTAT = [str(DEMO / "eurostat" / "cities.csv"), "--mapping", str(DEMO / "eurostat" / "mapping.yaml")]


def on_terminal(folder: Path, *arguments: str, columns: int = 100) -> tuple[int, str, str]:
    """Exit status, standard output, and what a terminal shows of standard error."""
    ours, theirs = pty.openpty()
    more = {"TERM": "xterm", "COLUMNS": str(columns)}
    servers.settle_for(list(arguments), folder)
    with subprocess.Popen(
        [COMMAND, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=theirs, env=environment(**more)
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end was closed
                break
            if not piece:
                break
            shown += piece
        assert process.stdout is not None
        out = process.stdout.read().decode()
        status = process.wait(60)
    os.close(ours)
    return status, out, shown.decode()


@pytest.mark.parametrize("word", ["Checking", "检查中"])
def test_long_work_shows_how_far_it_is_on_a_terminal_and_nowhere_else(tmp_path: Path, word: str) -> None:
    language = "en" if word.isascii() else "zh"
    status, out, shown = on_terminal(tmp_path, "import", *EUROSTAT, "--lang", language, "--check")
    assert status == 0
    assert out == ""
    assert word in shown
    assert "136/136" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


def test_publishing_checking_and_rebuilding_show_it_too(tmp_path: Path, run: Run) -> None:
    names = []
    for year in (2014, 2015, 2016):
        (tmp_path / f"{year}.csv").write_text(SMALL.replace("2016", str(year)), encoding="utf-8")
        names.append(f"{year}.csv")
    for arguments in (["check", *names], ["publish", *names]):
        status, out, shown = on_terminal(tmp_path, *arguments)
        assert status == 0, shown
        assert "3/3" in shown
        assert "\x1b" not in out
    (tmp_path / "2017.csv").write_text(SMALL.replace("2016", "2017").replace("2020", "2021"), encoding="utf-8")
    run("publish", "2017.csv")
    for command in ("rebuild", "verify"):
        status, out, shown = on_terminal(tmp_path, command)
        assert status == 0
        assert "2/2" in shown, shown
    assert run("rebuild").err == ""


def test_a_table_becomes_blocks_on_a_narrow_terminal(demo: Network, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "ask", "city-commitments", "--city", "ie-cork", "--data", str(demo.directory)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment(TERM="xterm", COLUMNS="40"),
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        assert process.wait(60) == 0
    os.close(ours)
    assert "Unemployment" in shown.decode()


def test_a_reader_that_has_seen_enough_is_no_error_of_the_data(demo: Network) -> None:
    process = subprocess.Popen(
        [COMMAND, "dump", "--data", str(demo.directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 141  # as a process that SIGPIPE ended: neither 0, 1 nor 2
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_closed_or_full_standard_output_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "cork.csv").write_text(SMALL, encoding="utf-8")

    def shell(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", command, COMMAND],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(),
            timeout=60,
            check=False,
        )

    servers.settle(tmp_path / "lcgraph-data")
    full = shell('"$0" check cork.csv > /dev/full')
    assert full.returncode == 2
    assert "standard output" in full.stderr
    assert "Traceback" not in full.stderr
    assert "Exception" not in full.stderr
    closed = shell('"$0" check cork.csv >&-')
    assert closed.returncode == 0, closed.stderr
    assert shell('"$0" publish cork.csv >&- 2>&-').returncode == 0
    assert shell('"$0" verify').returncode == 0


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_no_locale_makes_it_fail(tmp_path: Path, run: Run, locale: dict[str, str]) -> None:
    (tmp_path / "cork.csv").write_text(SMALL.replace("12.5,%", "十二,%"), encoding="utf-8")
    assert run("check", "cork.csv", "--lang", "zh", **locale).status == 1


def test_an_interrupted_import_leaves_whole_commits_or_nothing(tmp_path: Path, run: Run) -> None:
    table = [str(DEMO / "kolada" / "municipalities.csv"), "--mapping", str(DEMO / "kolada" / "mapping.yaml")]
    servers.settle(tmp_path / "lcgraph-data")
    process = subprocess.Popen(
        [COMMAND, "import", *table], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    archive = tmp_path / "lcgraph-data" / "archive"
    deadline = time.monotonic() + 60
    while not archive.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (130, 0), err
    assert b"Traceback" not in err
    acknowledged = out.count(b"published ")
    (tmp_path / "cork.csv").write_text(SMALL, encoding="utf-8")
    assert run("publish", "cork.csv").status == 0
    count = run("query", "-", "--format", "csv", given=b"SELECT (COUNT(*) AS ?n) { ?s a lc:Submission ; lc:city ?c }")
    assert int(count.out.split()[1]) - 1 >= acknowledged
    assert run("verify").status == 0
