"""The commands of ``lcgraph``."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

import lcgraph
from lcgraph import sparql
from lcgraph.asking.federation import Federation
from lcgraph.checking import formats
from lcgraph.checking.report import Report
from lcgraph.errors import DoesNotConform, InputError, LcgraphError, reason
from lcgraph.framework import resources
from lcgraph.language import Text, languages
from lcgraph.publishing.claims import hold_against
from lcgraph.publishing.network import Published, refused
from lcgraph.reading import reader
from lcgraph.reading.reader import Reading
from lcgraph.service.command_line import checking, output, usage
from lcgraph.service.command_line.context import (
    DOES_NOT_CONFORM,
    UNUSABLE,
    Context,
    choose_command_language,
    context,
    language_of_command,
    stop,
    told,
)
from lcgraph.service.command_line.help import App, Questions
from lcgraph.service.command_line.output import Format
from lcgraph.store.readers import Readers

app = App(
    name="lcgraph",
    help=told("The knowledge graph of learning cities: check, publish and ask."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
ask = App(
    cls=Questions, help=told("Ask a question of the library, by its name or in plain words."), no_args_is_help=True
)
app.add_typer(ask, name="ask")

Data = Annotated[
    str | None,
    typer.Option("--data", metavar="DIR", help=told("Folder of the network's data [LCGRAPH_DATA, lcgraph-data].")),
]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="LANG",
        help=told("Language of messages: {codes} [LCGRAPH_LANG, the locale].", codes=[*languages()]),
    ),
]
City = Annotated[
    str | None, typer.Option("--city", metavar="CITY", help=told("The city that it must be of, by code or name."))
]
Year = Annotated[int | None, typer.Option("--year", metavar="YEAR", help=told("The year that it must be for."))]
Edition = Annotated[
    str | None,
    typer.Option("--edition", metavar="EDITION", help=told("The edition of the Key Features that it must follow.")),
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help=told("Who does it; kept in the archive."))]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help=told("Workbooks, CSV or RDF."))]


@app.command(help=told("Say which version this is."))
def version() -> None:
    """Say which version this is."""
    print(f"lcgraph {lcgraph.__version__}")


# checking


@app.command(
    help=told(
        "Check submissions, and keep nothing of them. Exit status: 0 all conform, 1 one does not, 2 one cannot be used."
    )
)
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR…", help=told("Workbooks, CSV or RDF, or folders with them."))
    ],
    format: Annotated[  # noqa: A002 - the name of the option
        str, typer.Option("--format", metavar="|".join(checking.formats()), help=told("Form of the report."))
    ] = "text",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help=told("Where to, else standard output; for several a folder.")),
    ] = None,
    city: City = None,
    year: Year = None,
    edition: Edition = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="shacl|reference", help=told("SHACL engine."))
    ] = None,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Check submissions, and keep nothing of them."""
    here = context(data, lang, engine=engine)
    stop(checking.check(here, files, format, checking.claim_of(here, city, year, edition), out))


@app.command(help=told("Make the form of a city: the workbook that its officer fills in."))
def template(
    city: Annotated[str, typer.Argument(metavar="CITY", help=told("Its code or name, such as ie-cork."))],
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help=told("The reference year."))],
    since: Annotated[
        int | None, typer.Option("--since", metavar="YEAR", help=told("First year to ask for, if more than one."))
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help=told("Filled in with what the city has published for the year."))
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help=told("Where to, a file or a folder; else standard output.")),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=told("Write over a file that is there already."))] = False,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Make the form of a city."""
    from lcgraph.service.command_line import template as forms

    forms.write(context(data, lang), city, year, since, out, published=published, force=force)


# publishing


@app.command(
    help=told(
        "Check submissions and publish them: all of them, or none. A line on standard output for each submission says that it is safely in the archive."
    )
)
def publish(
    files: Files,
    by: By = "lcgraph publish",
    partly: Annotated[
        bool, typer.Option("--partly", help=told("Publish what conforms even where something does not."))
    ] = False,
    city: City = None,
    year: Year = None,
    edition: Edition = None,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Check submissions and publish them: all of them, or none."""
    here = context(data, lang)
    claim, known = checking.claim_of(here, city, year, edition), here.network.framework
    readings = [reader.read_path(path, known) for path in files]
    others = [reading for reading in readings if not hold_against(reading, claim, known)]
    for reading in others:  # before the rest: one that is published already would pass as unchanged
        _show_violations(here.network.check(reading), here)
    if others and not partly:
        here.say(Text("Nothing was published."))
        stop(DOES_NOT_CONFORM)
    status = _publish(here, [reading for reading in readings if reading not in others], by, partly)
    stop(DOES_NOT_CONFORM if others else status)


def _publish(here: Context, readings: list[Reading], by: str, partly: bool) -> int:
    with here.progress(Text("Checking"), len(readings)) as bar:

        def progress(_: Published) -> None:
            if bar is not None:
                bar.advance(bar.task_ids[0])

        def acknowledged(published: Published) -> None:
            print(Text("published {submission}", submission=published.submission).to(here.language), flush=True)

        try:
            outcomes = here.network.publish(readings, by, partly=partly, progress=progress, acknowledged=acknowledged)
        except DoesNotConform as error:
            for published in refused(error):
                _show_violations(published.report, here)
            print(error.tell(here.language), file=sys.stderr)
            return DOES_NOT_CONFORM
    counts = Counter(published.status for published in outcomes)
    for published in outcomes:
        if published.status == "refused":
            _show_violations(published.report, here)
    here.say(
        Text(
            "{accepted} published, {unchanged} unchanged, {refused} refused.",
            accepted=counts["accepted"],
            unchanged=counts["unchanged"],
            refused=counts["refused"],
        )
    )
    return DOES_NOT_CONFORM if counts["refused"] else 0


def _show_violations(report: Report, here: Context) -> None:
    violations = tuple(result for result in report.results if result.severity == "violation")
    told = Report(report.file, report.submission, violations, report.engine)
    print(formats.text(told, here.language), file=sys.stderr)


@app.command(
    "import", help=told("Turn a statistical table into submissions by a mapping, check them and publish them.")
)
def import_table(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help=told("A statistical table in CSV."))],
    mapping: Annotated[Path, typer.Option("--mapping", metavar="FILE", help=told("What its columns mean, in YAML."))],
    by: By = "lcgraph import",
    check_only: Annotated[bool, typer.Option("--check", help=told("Check the submissions, publish nothing."))] = False,
    partly: Annotated[
        bool, typer.Option("--partly", help=told("Publish what conforms even where something does not."))
    ] = False,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Turn a statistical table into submissions by a mapping, check them and publish them."""
    from lcgraph.reading import foreign
    from lcgraph.reading import mapping as mappings

    here = context(data, lang)
    known = here.network.framework
    mapping_bytes = reader.read_bytes(mapping)
    how = mappings.load(mapping.name, mapping_bytes, known)
    imported = foreign.read_table(table.name, reader.read_bytes(table, foreign.TABLE_LIMITS), how, mapping_bytes, known)
    summary = imported.summary
    here.say(
        Text(
            "{rows} rows give {observations} observations in {submissions} submissions.",
            rows=summary.rows,
            observations=summary.observations,
            submissions=len(imported.readings),
        )
    )
    if summary.missing:
        here.say(Text.counted("{n} row has no figure.", "{n} rows have no figure.", n=summary.missing))
    if summary.other_years:
        here.say(
            Text.counted(
                "{n} row is of a year that the mapping does not take.",
                "{n} rows are of years that the mapping does not take.",
                n=summary.other_years,
            )
        )
    for why, rows in summary.left_out:
        here.say(Text.counted("{n} row left out: {reason}", "{n} rows left out: {reason}", n=rows, reason=why))
    for finding in imported.findings:
        here.say(
            Text(
                "{place}: {message} {remedy}",
                place=finding.place.text(),
                message=finding.message,
                remedy=finding.remedy,
            )
        )
    if imported.findings and not partly:
        here.say(Text("Nothing was published. Mend the rows that are named, or use --partly."))
        stop(DOES_NOT_CONFORM)
    if check_only:
        reports = []
        with here.progress(Text("Checking"), len(imported.readings)) as bar:
            for reading in imported.readings:
                reports.append(here.network.check(reading))
                if bar is not None:
                    bar.advance(bar.task_ids[0])
        for report in reports:
            if not report.conforms:
                _show_violations(report, here)
        wrong = sum(not report.conforms for report in reports)
        here.say(Text("{n} of {total} submissions conform.", n=len(reports) - wrong, total=len(reports)))
        stop(DOES_NOT_CONFORM if wrong else 0)
    stop(_publish(here, imported.readings, by, partly) or (DOES_NOT_CONFORM if imported.findings else 0))


@app.command(help=told("Withdraw a published submission. The archive keeps it, with the reason."))
def withdraw(
    submission: Annotated[str, typer.Argument(metavar="SUBMISSION", help=told("Such as ie-cork/2016/1."))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=told("Why; kept in the archive."))],
    by: By = "lcgraph withdraw",
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Withdraw a published submission."""
    here = context(data, lang)
    _must_have_begun(here)
    iri = here.network.withdraw(submission, reason, by)
    print(Text("withdrawn {submission}", submission=iri).to(here.language))


@app.command(help=told("Make cities known, so that they can submit."))
def register(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=told("Descriptions of cities, in Turtle."))],
    by: By = "lcgraph register",
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Make cities known, so that they can submit."""
    here = context(data, lang)
    for code in here.network.register(file.name, reader.read_bytes(file), by):
        print(Text("registered {city}", city=code).to(here.language))


# asking


@app.command(help=told("Run a SPARQL query. The prefixes of the project need no declaration."))
def query(
    file: Annotated[str, typer.Argument(metavar="FILE.rq", help=told("A SPARQL query; - for standard input."))],
    format: Annotated[Format, typer.Option("--format", help=told("Form of the answer."))] = Format.table,  # noqa: A002
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Run a SPARQL query."""
    here = context(data, lang)
    text = _text_of(file)
    limits, base = here.settings.query_limits, here.network.base
    federation = Federation(here.settings.allowed_services, 1, limits, base)
    calls = federation.calls(text)
    is_graph = sparql.form(text) in ("CONSTRUCT", "DESCRIBE")
    if is_graph and format is Format.csv:
        raise InputError(Text("A graph does not come as CSV."), remedy=Text("Use --format turtle or json."))
    if not is_graph and format is Format.turtle:
        raise InputError(
            Text("The answer to this query is a table, not a graph."), remedy=Text("Use --format table, csv or json.")
        )
    solutions = "application/sparql-results+json" if format is Format.json else "text/csv"
    graph = "application/ld+json" if format is Format.json else "text/turtle"
    here.network.catch_up()
    prologue, clause = sparql.dataset_clause(text)
    with Readers(here.network.store_directory, 1, limits, spare=0, base=base) as readers, federation:
        result = federation.run(
            readers, text, calls, solutions=solutions, graph=graph, clause=clause, prologue=prologue
        )
    if format is Format.table and not is_graph:
        output.show_results(result.body)
    else:
        output.write(result.body)


def _text_of(file: str) -> str:
    from_input = file == "-" and sys.stdin is not None
    data = sys.stdin.buffer.read() if from_input else reader.read_bytes(Path(file))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        name = "-" if from_input else Path(file).name
        raise InputError(Text("The file {file} is not in UTF-8.", file=name)) from error


@app.command(
    help=told(
        "Explain why a city has evidence for a commitment or an action, step by step, or what is missing for that. The answer is no judgement of what the city does."
    )
)
def explain(
    city: Annotated[str, typer.Option("--city", metavar="CITY", help=told("The city, by code or name."))],
    commitment: Annotated[
        str | None, typer.Option("--commitment", metavar="CODE", help=told("A commitment, such as 2."))
    ] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="CODE", help=told("An action in its place, such as 2.3."))
    ] = None,
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="EDITION", help=told("Only this edition of the Key Features."))
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=told("As the data were at the end of this day (UTC)."))
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the option
        str, typer.Option("--format", metavar="text|json|turtle", help=told("Form of the explanation."))
    ] = "text",
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Explain why a city has evidence for a commitment or an action, or what is missing for that."""
    from lcgraph.service.command_line import explaining

    given = {"city": city, "commitment": commitment, "action": action, "edition": edition, "as_of": as_of}
    explaining.write(context(data, lang), {name: text for name, text in given.items() if text is not None}, format)


# the store and the archive


@app.command(help=told("Build the store anew from the archive, and print the hash of its graph."))
def rebuild(
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help=told("As the data were at the end of this day (UTC)."))
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help=told("Build it in this folder, which can then be asked with --data.")),
    ] = None,
    loaded: Annotated[
        bool,
        typer.Option(
            "--loaded", help=told("The server's own loader has loaded a dump: count what is there, and take it over.")
        ),
    ] = False,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Build the store anew from the archive, and print the hash of its graph."""
    here = context(data, lang)
    until = None if as_of is None else _end_of(as_of)
    _must_have_begun(here)
    if to is not None and to.absolute() == here.network.directory.absolute():
        raise InputError(
            Text("{directory} holds the network's own data.", directory=str(to)),
            remedy=Text("Name another folder for the store, or leave --to out."),
        )
    if loaded:
        if to is not None or until is not None:
            raise InputError(Text("--loaded goes with neither --as-of nor --to."), remedy=Text("Leave them out."))
        print(here.network.adopt())
        return
    with here.progress(Text("Reading the archive"), here.network.archive.last) as bar:

        def progress(done: int, _: int) -> None:
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)

        digest = here.network.rebuild(progress, until=until, to=to)
    print(digest)


def _end_of(day: str) -> datetime:
    try:
        if len(day) == 10:
            return datetime.combine(date.fromisoformat(day), time.max, UTC)
        moment = datetime.fromisoformat(day)
    except ValueError as error:
        raise InputError(
            Text("“{found}” is not a date.", found=day),
            remedy=Text("Write it as 2026-05-31, or with a time as 2026-05-31T12:00:00Z."),
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@app.command(help=told("Look whether the archive is what was written: every hash, and the chain."))
def verify(data: Data = None, lang: Lang = None) -> None:
    """Look whether the archive is what was written: every hash, and the chain."""
    here = context(data, lang)
    _must_have_begun(here)
    damages = 0
    with here.progress(Text("Verifying"), here.network.archive.last) as bar:

        def progress(done: int, _: int) -> None:
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)

        for damage in here.network.verify(progress):
            damages += 1
            print(damage.tell(here.language), file=sys.stderr)
    n = here.network.archive.last
    print(
        Text.counted("{n} commit, {damages} damaged", "{n} commits, {damages} damaged", n=n, damages=damages).to(
            here.language
        )
    )
    stop(DOES_NOT_CONFORM if damages else 0)


@app.command(help=told("Try the store out: whether it can be used, and how far it goes."))
def store(data: Data = None, lang: Lang = None) -> None:
    """Try the store out: whether it can be used, and how far it goes."""
    here = context(data, lang)
    good = True
    for outcome in here.network.examine():
        good = good and outcome.good
        print("ok   " if outcome.good else "BAD  ", outcome.says.to(here.language))
        if outcome.remedy is not None:
            print("     ", Text("To mend it: {remedy}", remedy=outcome.remedy).to(here.language))
    stop(0 if good else DOES_NOT_CONFORM)


@app.command(help=told("Write the whole graph to standard output as canonical N-Quads."))
def dump(data: Data = None, lang: Lang = None) -> None:
    """Write the whole graph to standard output as canonical N-Quads."""
    here = context(data, lang)
    _must_have_begun(here)
    for line in here.network.dump():
        sys.stdout.write(line)


def _must_have_begun(here: Context) -> None:
    """Nothing is begun by a command that is about what there is: a slip in --data makes no folder.

    :raises InputError: if there is no data in the folder.
    """
    if not here.network.archive.last:
        raise InputError(
            Text("There is no data of a network in {directory}.", directory=str(here.network.directory)),
            remedy=Text("Name its folder with --data, or publish a submission first."),
        )


# files of the project and of users


@app.command(help=told("Write a submission in another format."))
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=told("A submission in any format."))],
    to: Annotated[str, typer.Option("--to", metavar="csv|xlsx|ttl|nt|nq|jsonld", help=told("Format to write."))],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=told("Where to; else standard output."))
    ] = None,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Write a submission in another format."""
    from lcgraph.reading import as_rdf, as_table

    here = context(data, lang)
    known = here.network.framework
    reading = reader.read_path(file, known)
    if reading.submission is None or any(not finding.warning for finding in reading.findings):
        _show_violations(here.network.check(reading), here)
        here.say(Text("It was not converted, since part of it would be lost."))
        stop(DOES_NOT_CONFORM)
    if to == "csv":
        written = as_table.to_csv(reading.submission, known).encode()
    elif to == "xlsx":
        written = as_table.to_workbook(reading.submission, known, here.language)
    elif to in as_rdf.FORMATS:
        written = as_rdf.to_rdf(reading.submission, known, to)
    else:
        raise InputError(
            Text("There is no format “{format}”.", format=to),
            remedy=Text("Write one of {codes}.", codes=["csv", "xlsx", *as_rdf.FORMATS]),
        )
    if out is None:
        output.write(written)
    else:
        out.write_bytes(written)


@app.command(help=told("Write the shapes of the measures, which are made from the ontology."))
def shapes(
    check_only: Annotated[bool, typer.Option("--check", help=told("Only say whether they are up to date."))] = False,
    lang: Lang = None,
) -> None:
    """Write the shapes of the measures, which are made from the ontology."""
    from lcgraph.checking import measure_shapes
    from lcgraph.framework.framework import framework

    language = choose_command_language(lang or os.environ.get("LCGRAPH_LANG", ""))
    path, wanted = measure_shapes.path(), measure_shapes.measure_shapes(framework())
    if path.is_file() and path.read_text(encoding="utf-8") == wanted:
        print(Text("{file} is up to date.", file=path.name).to(language))
        return
    if check_only:
        print(Text("{file} is out of date: run “lcgraph shapes”.", file=path.name).to(language), file=sys.stderr)
        stop(DOES_NOT_CONFORM)
    path.write_text(wanted, encoding="utf-8")
    print(Text("{file} was written.", file=path.name).to(language))


@app.command(help=told("Bring the Turtle files of the ontology and the shapes into canonical form."))
def ontology(
    check_only: Annotated[
        bool, typer.Option("--check", help=told("Only say which files are not in canonical form."))
    ] = False,
    lang: Lang = None,
) -> None:
    """Bring the Turtle files of the ontology and the shapes into canonical form."""
    from lcgraph.framework import canonical

    language = choose_command_language(lang or os.environ.get("LCGRAPH_LANG", ""))
    wrong = 0
    for path in (*resources.turtle_files("ontology"), *resources.turtle_files("shapes")):
        if not canonical.rewrite(path, check=check_only):
            wrong += 1
            told = (
                Text("{file} is not in canonical form.", file=path.name)
                if check_only
                else Text("{file} was rewritten.", file=path.name)
            )
            print(told.to(language), file=sys.stderr)
    if not wrong:
        print(Text("All files are in canonical form.").to(language))
    stop(DOES_NOT_CONFORM if wrong and check_only else 0)


@app.command(
    "reason",
    help=told(
        "Have a reasoner draw from submissions the evidence that follows, and write it as Turtle; or check by it that ontology and data do not contradict one another and that publishing has written just that evidence."
    ),
)
def have_reasoned(
    check_only: Annotated[
        bool,
        typer.Option(
            "--check", help=told("Check, and write what was found. Exit status: 0 all is good, 1 something is not.")
        ),
    ] = False,
    city: Annotated[
        list[str] | None,
        typer.Option("--city", metavar="CITY", help=told("Of this city alone; may be given several times.")),
    ] = None,
    sample: Annotated[
        int,
        typer.Option("--sample", min=0, metavar="N", help=told("How many submissions, the same ones each time.")),
    ] = 40,
    format: Annotated[  # noqa: A002 - the name of the option
        str, typer.Option("--format", metavar="text|json", help=told("Form of what the check found."))
    ] = "text",
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Have a reasoner draw conclusions from ontology and data, or check them by it."""
    from lcgraph.service.command_line import reasoning

    stop(reasoning.run(context(data, lang), city or [], sample, format, only_check=check_only))


@app.command(help=told("Serve the network over HTTP."))
def serve(
    host: Annotated[str, typer.Option("--host", help=told("Address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help=told("Port to listen on; 0 for any that is free."))] = 8000,
    data: Data = None,
    base: Annotated[
        str | None, typer.Option("--base", metavar="IRI", help=told("Base IRI of the deployment [LCGRAPH_BASE]."))
    ] = None,
    lang: Lang = None,
) -> None:
    """Serve the network over HTTP."""
    from lcgraph.service.http.server import run

    here = context(data, lang, base=base)
    run(here.settings, host, port, here.say)


@app.command(
    help=told(
        "Serve tools for language models by the Model Context Protocol, read-only: over standard input and output, or with --http over HTTP."
    )
)
def mcp(
    http: Annotated[bool, typer.Option("--http", help=told("Over HTTP, at /mcp."))] = False,
    host: Annotated[str, typer.Option("--host", help=told("Address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help=told("Port to listen on; 0 for any that is free."))] = 8001,
    data: Data = None,
    lang: Lang = None,
) -> None:
    """Serve tools for language models by the Model Context Protocol."""
    from lcgraph.service.mcp import running

    here = context(data, lang)
    if http:
        running.over_http(here.settings, host, port, here.say)
    else:
        running.over_standard_streams(here.settings)


_BROKEN_PIPE, _INTERRUPTED, _FAULT = 141, 130, 70
"""Exit statuses by the custom of shells, and of sysexits.h; the others stand in :mod:`.context`."""


def main() -> None:
    """Runs the command line; every error that a user can cause is told in words."""
    output.prepare()
    status = _run()
    try:
        sys.stdout.flush()
    except OSError as error:
        status = _cannot_write(error)
    raise SystemExit(status)


def _run() -> int:
    try:
        if "ask" in sys.argv:  # reading all questions takes longer than many a command
            from lcgraph.service.command_line import asking

            asking.add_questions(ask)
        return app(standalone_mode=False) or 0
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer ends with 1 then, which means something else here
            return _cannot_write(end.__context__)
        return end.code if isinstance(end.code, int) else 0
    except LcgraphError as error:
        print(error.tell(language_of_command()), file=sys.stderr)
        return DOES_NOT_CONFORM if isinstance(error, DoesNotConform) else UNUSABLE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        return _cannot_write(error)
    except Exception as error:
        told = usage.error(error)
        if told is not None:
            print(told.tell(language_of_command()), file=sys.stderr)
            return UNUSABLE
        if os.environ.get("LCGRAPH_DEBUG"):
            raise
        text = Text(
            "This is a fault in lcgraph: {kind}: {error}. Set LCGRAPH_DEBUG=1 to see where.",
            kind=type(error).__name__,
            error=str(error),
        )
        print(text.to(language_of_command()), file=sys.stderr)
        return _FAULT


def _cannot_write(error: OSError) -> int:
    """Tells that a file or the standard output cannot be written; a reader that has seen enough is no error."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what waits to be written has nowhere to go
    if error.errno == errno.EPIPE:
        return _BROKEN_PIPE
    text = Text(
        "{file} cannot be used: {error}.",
        file=str(error.filename) if error.filename else Text("The standard output"),
        error=reason(error),
    )
    print(text.to(language_of_command()), file=sys.stderr)
    return UNUSABLE
