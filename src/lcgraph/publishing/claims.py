"""What a file is handed in for, held against what stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from lcgraph.framework.framework import Framework
from lcgraph.language import Text
from lcgraph.reading.findings import Finding
from lcgraph.reading.reader import Reading


@dataclass(frozen=True, slots=True)
class Claim:
    """For which city and year a file is handed in.

    :ivar city: IRI of the city; empty for any.
    :ivar year: the reference year; None for any.
    """

    city: str = ""
    year: int | None = None


ANY = Claim()


def hold_against(reading: Reading, claim: Claim, framework: Framework) -> bool:
    """Adds to the findings where a file is of another city or year than it is handed in for.

    :return: whether it is what it is claimed to be. A file whose city or year could not be read has
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
    return len(reading.findings) == before
