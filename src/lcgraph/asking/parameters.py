"""What a question may be asked with: texts from people become RDF terms, bound and never pasted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches

from lcgraph.asking import as_of
from lcgraph.asking.question import ParameterHead, Question
from lcgraph.errors import ParameterError
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Item, Register
from lcgraph.language import Labels, Text
from lcgraph.reading import terms

FEW = 60
"""A list of allowed values is told whole up to this length."""


_SHORT = 2
"""Of a text so short it cannot be told what comes near: commitment 13 is as near to 12 as to 3."""


MAX_TEXT = 400
"""A longer text is looked for nowhere; it would only be said back."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter with its value.

    :ivar text: the value in its short form, such as ``ie-cork``.
    :ivar term: the value as an RDF term in N-Triples syntax; empty for what is no variable of the query.
    :ivar label: what it is called, by language; empty for numbers.
    """

    text: str
    term: str
    label: Labels


def register_of(head: ParameterHead, framework: Framework) -> Register[Item] | None:
    """The items that a parameter may name; None for numbers and texts."""
    registers: dict[str, object] = {
        "city": framework.cities,
        "commitment": framework.commitments,
        "action": framework.actions,
        "measure": framework.measures,
        "country": framework.countries,
        "region": framework.regions,
        "edition": framework.editions,
    }
    if head.type == "data-source-type":
        return framework.codes("data-source-type")  # type: ignore[return-value]  # a code is an item
    return registers.get(head.type)  # type: ignore[return-value]  # cities, actions and so on are items


def allowed(head: ParameterHead, framework: Framework) -> tuple[str, ...] | None:
    """The codes that a parameter may have, where they are few enough to be listed."""
    register = register_of(head, framework)
    return register.codes if register is not None and len(register) <= FEW else None


def bind(
    question: Question, given: Mapping[str, str], framework: Framework, now: datetime | None = None
) -> dict[str, Bound]:
    """The parameters of a question with the values that were given.

    :param given: name to text; an empty text counts as not given.
    :param now: the time; without it that of this machine.
    :raises ParameterError: if one is unknown, missing, or has a value that is not allowed; says
        what is, or what comes nearest.
    """
    heads = question.head.parameters
    for name in given:
        if name not in heads:
            raise ParameterError(
                Text("The question “{question}” has no parameter “{name}”.", question=question.name, name=name[:80]),
                parameter=name[:80],
                allowed=tuple(get_close_matches(name, heads, n=3)) or tuple(heads),
                remedy=Text("Its parameters are: {names}.", names=list(heads)),
            )
    bound: dict[str, Bound] = {}
    for name, head in heads.items():
        text = given.get(name, "").strip()
        if text:
            bound[name] = (
                Bound(as_of.written(name, text, now or datetime.now(UTC)), "", {})
                if head.type == "moment"
                else _value(name, head, text, framework)
            )
        elif head.required:
            raise ParameterError(
                Text(
                    "The question “{question}” needs the parameter “{name}”: {about}.",
                    question=question.name,
                    name=name,
                    about=head.description.labels(),
                ),
                parameter=name,
                allowed=allowed(head, framework) or (),
                remedy=Text("Give it, as in {name}={example}.", name=name, example=head.example),
            )
    return bound


def _value(name: str, head: ParameterHead, text: str, framework: Framework) -> Bound:
    register = register_of(head, framework)
    if register is not None:
        item = register.find(text)
        if item is None:
            near = register.nearest(text) if len(text) > _SHORT else ()
            few = allowed(head, framework)
            raise ParameterError(
                Text("“{found}” is not a value of “{name}”.", found=text[:80], name=name),
                parameter=name,
                allowed=tuple(dict.fromkeys((*near, *(few or ())))),
                remedy=Text("Did you mean {near}?", near=[_named(register.code(code)) for code in near])
                if near
                else Text("Write one of {codes}.", codes=list(few))
                if few
                else Text("Write a code such as {example}.", example=head.example),
            )
        return Bound(item.code, terms.iri(item.iri), item.label)
    if head.type == "text":
        if len(text) > MAX_TEXT:
            raise ParameterError(
                Text("The text of “{name}” has {n} letters.", name=name, n=len(text)),
                parameter=name,
                remedy=Text("Write at most {n} of them.", n=MAX_TEXT),
            )
        return Bound(text, terms.plain(text), {})
    if head.type == "date":
        return _date(name, head, text)
    pattern = r"\d{4}" if head.type == "year" else r"-?\d{1,9}"
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ParameterError(
            Text("“{found}” is not a value of “{name}”.", found=text[:80], name=name),
            parameter=name,
            remedy=Text("Write a whole number such as {example}.", example=head.example),
        )
    return Bound(text, terms.year(int(text)) if head.type == "year" else terms.typed(text, "integer"), {})


def _date(name: str, head: ParameterHead, text: str) -> Bound:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None:
        raise ParameterError(
            Text("“{found}” is not a value of “{name}”.", found=text[:80], name=name),
            parameter=name,
            remedy=Text("Write a day such as {example}.", example=head.example),
        )
    return Bound(text, terms.date(text), {})


def _named(item: Item) -> Text:
    return Text("{code} ({label})", code=item.code, label=item.label)
