"""What is wrong, and why it matters, in words: the shapes themselves say what is expected and how to mend it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from lcgraph.framework.framework import Framework, natural
from lcgraph.framework.items import Measure
from lcgraph.language import Text

_PROBLEMS: Final = {
    "MinCountConstraintComponent": Text("This is missing."),
    "QualifiedMinCountConstraintComponent": Text("This is missing."),
    "MinLengthConstraintComponent": Text("There is no text."),
    "MaxCountConstraintComponent": Text("There is more than one."),
    "UniqueLangConstraintComponent": Text("There is more than one text in the same language."),
    "LanguageInConstraintComponent": Text("The text is in another language than those asked for."),
    "ClassConstraintComponent": Text("This is not known here."),
    "InConstraintComponent": Text("This is not one of those allowed here."),
    "HasValueConstraintComponent": Text("This is not what is needed here."),
    "DatatypeConstraintComponent": Text("This is of another kind than what is asked for."),
    "NodeKindConstraintComponent": Text("This is of another kind than what is asked for."),
    "PatternConstraintComponent": Text("This is not written as it should be."),
    "ClosedConstraintComponent": Text("This has no place here."),
    "MinInclusiveConstraintComponent": Text("This is too small."),
    "MinExclusiveConstraintComponent": Text("This is too small."),
    "MaxInclusiveConstraintComponent": Text("This is too large."),
    "MaxExclusiveConstraintComponent": Text("This is too large."),
}


def what_is_wrong(component: str, value: str, measure: Measure | None) -> Text | None:
    """What is wrong with a value that breaks a constraint of SHACL Core.

    :param component: local name of the constraint component.
    :param value: the value as a person reads it.
    :param measure: the measure whose range the constraint states; None for any other.
    :return: None where the shape's own message says it best.
    """
    if measure is not None and (number := _number(value)) is not None:
        if measure.minimum is not None and number < measure.minimum:
            return Text("{value} is too small.", value=value)
        if measure.maximum is not None and number > measure.maximum:
            return Text("{value} is too large.", value=value)
        if measure.value_type == "ordinal-5":
            return Text("{value} is no point of the scale.", value=value)
    return _PROBLEMS.get(component)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def why_it_matters(about: str, framework: Framework) -> Text | None:
    """For which key feature and commitments it matters.

    :param about: IRI of a measure or an action.
    :return: None for anything else.
    """
    measure = framework.measures.get(about)
    if measure is not None:
        feature = next((e.features[measure.feature] for e in framework.editions if measure.feature in e.features), None)
        commitments = sorted({framework.actions[action].commitment for action in measure.informs}, key=natural)
        named = [_commitment(iri, framework) for iri in commitments]
        code, label = (feature.code, feature.label) if feature is not None else ("", {})
        if not named:
            return Text("It is a measure of key feature {code}, {label}.", code=code, label=label)
        return Text(
            "It is a measure of key feature {code}, {label}, and evidence for {commitments}.",
            code=code,
            label=label,
            commitments=named,
        )
    action = framework.actions.get(about)
    if action is not None:
        return Text("It is evidence for {commitments}.", commitments=[_commitment(action.commitment, framework)])
    return None


def _commitment(iri: str, framework: Framework) -> Text:
    commitment = framework.commitments[iri]
    return Text("commitment {code}, {label}", code=commitment.code, label=commitment.label)
