"""The moment that a question is asked as of: the end of a day, or a time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from lcgraph.errors import ParameterError
from lcgraph.language import Text

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ZONE_WITHOUT_PLUS = re.compile(r"(\d) (\d{2}:?\d{2})$", re.ASCII)
"""How a zone looks whose plus sign an address has turned into a blank."""


def written(name: str, text: str, now: datetime) -> str:
    """A moment in the way in which it is told: a day as it stands, a time in UTC.

    :param name: of the parameter.
    :param now: the time, with its zone.
    :raises ParameterError: if it is none, has no zone, or is yet to come.

    >>> written("as_of", "2026-01-31T10:00:00+01:00", datetime(2026, 6, 1, tzinfo=UTC))
    '2026-01-31T09:00:00Z'
    """
    try:
        if _DAY.fullmatch(text):
            said, later = text, date.fromisoformat(text) > now.astimezone(UTC).date()
        else:
            found = datetime.fromisoformat(_ZONE_WITHOUT_PLUS.sub(r"\1+\2", text))
            if found.tzinfo is None:
                raise ValueError(text)  # a time of which place
            said, later = found.astimezone(UTC).isoformat().replace("+00:00", "Z"), found > now
    except (ValueError, OverflowError) as error:
        raise ParameterError(
            Text("“{found}” is not a value of “{name}”.", found=text[:80], name=name),
            parameter=name,
            remedy=Text(
                "Write a day such as {day}, or a time with its zone such as {time}.",
                day="2026-01-31",
                time="2026-01-31T17:30:00Z",
            ),
        ) from error
    if later:
        raise ParameterError(
            Text("“{found}” is yet to come.", found=text[:80]),
            parameter=name,
            remedy=Text(
                "Write a day up to {today}, or leave “{name}” out to ask of the newest data.",
                today=now.astimezone(UTC).date().isoformat(),
                name=name,
            ),
        )
    return said


def moment(said: str) -> datetime:
    """The last moment that belongs to what :func:`written` gives.

    >>> moment("2026-01-31").isoformat()
    '2026-01-31T23:59:59.999999+00:00'
    """
    if _DAY.fullmatch(said):
        return datetime.combine(date.fromisoformat(said), time.max, UTC)
    return datetime.fromisoformat(said)
