"""What a file with an answer says of itself, so that it can be understood where nobody knows where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import lcgraph
from lcgraph.language import Text, pick

if TYPE_CHECKING:
    from lcgraph.asking.answer import Answer

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
TERMS = Text(
    "The framework is under CC BY 4.0. What cities report keeps the terms of its sources: each source names its publisher and, where it has one, its licence. Name the city and the source with each figure."
)


def about(answer: Answer) -> Iterator[tuple[str, str]]:
    """What is to be known of an answer, each with its heading, in the answer's language."""
    language, head = answer.language, answer.question.head
    bound = answer.parameters

    def said(text: Text) -> str:
        return text.to(language)

    yield said(Text("Question")), pick(head.title.labels(), language)
    yield said(Text("Name of the question")), answer.question.name
    yield said(Text("What the rows are")), pick(head.description.labels(), language)
    for name, parameter in head.parameters.items():
        if name in bound and name not in ("edition", "as_of"):
            label = pick(bound[name].label, language)
            value = f"{bound[name].text} ({label})" if label else bound[name].text
            yield f"{pick(parameter.description.labels(), language)} ({name})", value
    edition = bound["edition"].text if "edition" in bound else said(Text("all editions"))
    yield said(Text("Edition of the Key Features")), edition
    as_of = bound["as_of"].text if "as_of" in bound else said(Text("the newest data"))
    yield said(Text("As of")), as_of
    yield said(Text("State of the data")), said(Text("commit {number} of the archive", number=answer.commit))
    yield said(Text("Rows")), _rows(answer)
    if not answer.count:
        yield said(Text("What it means that there are no rows")), answer.nothing()
    yield said(Text("Made by")), f"lcgraph {lcgraph.__version__}"
    yield said(Text("Terms of use")), said(TERMS)
    yield said(Text("Licence of the framework")), LICENCE


def _rows(answer: Answer) -> str:
    if len(answer.rows) == answer.count:
        return str(answer.count)
    first = answer.part.offset + 1
    last = answer.part.offset + len(answer.rows)
    return Text("{first} to {last} of {count}", first=first, last=last, count=answer.count).to(answer.language)


def metadata(answer: Answer) -> Mapping[str, str]:
    """What is to be known of an answer, for programs."""
    said = answer.as_json()
    names = ("question", "title", "description", "language", "as_of", "commit", "checkpoint", "count", "offset")
    found = {name: "" if said[name] is None else str(said[name]) for name in names}
    found |= {f"parameter.{name}": bound.text for name, bound in answer.parameters.items() if name != "as_of"}
    return found | {
        "software": f"lcgraph {lcgraph.__version__}",
        "licence": LICENCE,
        "terms": TERMS.to(answer.language),
    }
