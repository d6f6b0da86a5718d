"""What the tools give: typed results, which the protocol carries with a schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

Cell = str | int | float | bool | None


class Parameter(BaseModel):
    """What a question may be asked with."""

    name: str
    type: str
    required: bool
    description: str
    example: str
    allowed: list[str] | None = Field(
        description="all allowed values, where they are few; of others describe_framework and describe_item tell"
    )


class Column(BaseModel):
    """A column of an answer."""

    name: str
    label: str


class QuestionShown(BaseModel):
    """A question of the library."""

    name: str = Field(description="what to give ask_question")
    group: str
    title: str
    description: str
    parameters: list[Parameter]


class QuestionsShown(BaseModel):
    """The questions of the library."""

    count: int
    groups: list[str]
    every_question_takes: list[Parameter] = Field(description="parameters of each question beside its own")
    questions: list[QuestionShown]


class Source(BaseModel):
    """What rows rest on."""

    title: str | None = Field(default=None, description="of the source that the city names")
    link: str | None = Field(default=None, description="where that source is")
    submission: str | None = Field(default=None, description="IRI of the submission of the city that says it")


class AnswerShown(BaseModel):
    """The answer to a question, or a part of its rows."""

    question: str
    title: str
    description: str = Field(description="what the rows mean, and what they do not mean")
    parameters: dict[str, str] = Field(description="as they were understood, with what each is called")
    columns: list[Column]
    rows: list[dict[str, Cell]]
    count: int = Field(description="of all rows of the answer")
    offset: int = Field(description="how many rows stand before these")
    next: str | None = Field(description="what to give as cursor for the rows after these; null where there are none")
    empty: str | None = Field(description="what it means that there are no rows")
    sources: list[Source] = Field(description="what these rows rest on; cite them")
    state: str = Field(description="the state of the data that the answer was read from")
    address: str = Field(description="where the same answer is given over HTTP, relative to the service")


class Explained(BaseModel):
    """Why there is evidence, or what is missing."""

    has_evidence: bool
    verdict: str
    words: str = Field(description="the whole explanation in plain words, with the statements that each step rests on")
    explanation: dict[str, Any] = Field(description="the same for programs")
    sources: list[Source] = Field(description="what the evidence rests on; cite them")
    address: str = Field(description="where the same is given over HTTP")
    state: str


class Item(BaseModel):
    """An item of the framework."""

    kind: str
    code: str
    label: str
    iri: str


class Described(Item):
    """An item of the framework with what it is related to."""

    definition: str | None
    notes: str | None = Field(description="slips of the source document, and how they are read here")
    facts: dict[str, str] = Field(
        description="unit, range, expected source and the like, named in the language asked for"
    )
    related: dict[str, list[Item]] = Field(description="what it is related to, by relations named in that language")


class FrameworkShown(BaseModel):
    """The framework as a whole."""

    about: str
    editions: list[Item]
    commitments: list[Item]
    focal_areas: list[Item]
    counts: dict[str, int]


class Solutions(BaseModel):
    """The answer to a SPARQL query, or a part of its rows."""

    variables: list[str] = Field(default_factory=list)
    rows: list[dict[str, str]] = Field(
        default_factory=list, description="terms by variable: IRIs in <>, literals in N-Triples syntax"
    )
    count: int = Field(default=0, description="of all rows of the answer")
    more: bool = Field(default=False, description="whether rows are left out: use LIMIT and OFFSET with ORDER BY")
    boolean: bool | None = Field(default=None, description="the answer to ASK")
    turtle: str | None = Field(default=None, description="the answer to CONSTRUCT and DESCRIBE")
    state: str


def cell(value: Any) -> Cell:
    """A value as JSON has it; a number that a float would change stays a text of its digits.

    >>> cell(Decimal("12.5")), cell(Decimal("0.1234567890123456789"))
    (12.5, '0.1234567890123456789')
    """
    if not isinstance(value, Decimal):
        return value  # type: ignore[no-any-return]  # of the values of an answer
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else format(value, "f")
