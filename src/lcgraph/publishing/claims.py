"""What a file is handed in for, held against what stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from lcgraph.errors import ParameterError
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Edition
from lcgraph.language import Text
from lcgraph.reading.findings import Finding
from lcgraph.reading.reader import Reading


@dataclass(frozen=True, slots=True)
class Claim:
    """For which city and year, and under which edition, a file is handed in.

    :ivar city: IRI of the city; empty for any.
    :ivar year: the reference year; None for any.
    :ivar edition: IRI of the edition; empty for any.
    """

    city: str = ""
    year: int | None = None
    edition: str = ""


ANY = Claim()


def edition_of(framework: Framework, text: str) -> Edition:
    """An edition by its code or name.

    :raises ParameterError: if there is none, with those that there are.
    """
    found = framework.editions.find(text)
    if found is None:
        codes = framework.editions.codes
        raise ParameterError(
            Text("“{found}” is not an edition of the Key Features.", found=text[:80]),
            parameter="edition",
            allowed=codes,
            remedy=Text("Write one of {codes}.", codes=list(codes)),
        )
    return found


def hold_against(reading: Reading, claim: Claim, framework: Framework) -> bool:
    """Adds to the findings where a file is of another city, year or edition than it is handed in for.

    :return: whether it is what it is claimed to be. A file of which these could not be read has
        findings of its own.
    """
    submission = reading.submission
    if submission is None:
        return True
    before = len(reading.findings)
    if claim.city and submission.city != claim.city:
        found, claimed = framework.cities[submission.city], framework.cities[claim.city]
        reading.findings.append(
            Finding(
                "NotAsClaimed",
                submission.place.of("city"),
                found.code,
                Text(
                    "The file is of {found}, but it is handed in for {claimed}.",
                    found=found.label,
                    claimed=claimed.label,
                ),
                Text("Hand in the file of {claimed}, or name the other city.", claimed=claimed.label),
            )
        )
    if claim.year is not None and submission.year != claim.year:
        reading.findings.append(
            Finding(
                "NotAsClaimed",
                submission.place.of("year"),
                str(submission.year),
                Text(
                    "The file is for {found}, but it is handed in for {claimed}.",
                    found=submission.year,
                    claimed=claim.year,
                ),
                Text("Hand in the file for {claimed}, or name the other year.", claimed=claim.year),
            )
        )
    if claim.edition and submission.edition != claim.edition:
        edition, wanted = framework.editions[submission.edition], framework.editions[claim.edition]
        reading.findings.append(
            Finding(
                "NotAsClaimed",
                submission.place.of("edition"),
                edition.code,
                Text(
                    "The file follows the edition {found}, but it is handed in under {claimed}.",
                    found=edition.code,
                    claimed=wanted.code,
                ),
                Text("Hand in the file that follows {claimed}, or name the other edition.", claimed=wanted.code),
            )
        )
    return len(reading.findings) == before
