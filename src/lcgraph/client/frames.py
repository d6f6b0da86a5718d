"""Columns as a frame of pandas or polars, or as plain records. What each kind becomes stands in ``docs/client.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from lcgraph.client.columns import Column, Kind, Value
from lcgraph.client.errors import MissingPackage
from lcgraph.errors import InputError
from lcgraph.language import Text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl

Frame: TypeAlias = Literal["pandas", "polars", "records"]
Records: TypeAlias = list[dict[str, Value]]

_INT64 = range(-(2**63), 2**63)
_DIGITS = 38
"""That a decimal of polars may have."""


def chosen(wanted: str | None) -> Frame:
    """The sort of frame that is wanted; without a wish the first that is installed, of pandas and polars.

    :raises MissingPackage: if its library is not installed.
    :raises InputError: if there is no such sort.
    """
    if wanted is None:
        wanted = next((name for name in ("pandas", "polars") if find_spec(name)), None)
        if wanted is None:
            raise MissingPackage(
                Text("Neither pandas nor polars is installed."),
                remedy=Text(
                    'Install one of them, as in {command}, or ask with frame="records".', command=_install("pandas")
                ),
            )
    if wanted not in _FRAMES:
        raise InputError(
            Text("There are no frames of the sort “{found}”.", found=str(wanted)[:80]),
            remedy=Text("Write one of {codes}.", codes=list(_FRAMES)),
        )
    if wanted != "records" and find_spec(wanted) is None:
        raise MissingPackage(
            Text("{package} is not installed.", package=wanted),
            remedy=Text("Install it: {command}", command=_install(wanted)),
        )
    return wanted  # type: ignore[return-value]  # one of the keys of _FRAMES, which are these


def _install(package: str) -> str:
    return f'pip install "lcgraph[{package}]"'


def frame_of(columns: Mapping[str, Column], frame: Frame, *, exact: bool, about: Mapping[str, object]) -> Any:
    """The columns as a frame.

    :param exact: whether decimals are to keep all their digits; else they become floating point numbers.
    :param about: what is to be known of the frame as a whole, where it can carry it.
    """
    return _FRAMES[frame](columns, exact, about)


def _records(columns: Mapping[str, Column], exact: bool, about: Mapping[str, object]) -> Records:
    del exact, about  # records keep all digits, and carry nothing
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*(c.values for c in columns.values()), strict=True)]


def _is_large(column: Column) -> bool:
    return any(isinstance(value, int) and value not in _INT64 for value in column.values)


def _pandas(columns: Mapping[str, Column], exact: bool, about: Mapping[str, object]) -> pd.DataFrame:
    import pandas as pd  # here, since it is large, and may not be there

    frame = pd.DataFrame(
        {name: _pandas_column(column, exact) for name, column in columns.items()}, columns=list(columns)
    )
    frame.attrs.update(about)
    return frame


def _pandas_column(column: Column, exact: bool) -> Any:
    import pandas as pd

    match column.kind:
        case Kind.INTEGER | Kind.YEAR:
            return _objects(column) if _is_large(column) else pd.array(column.values, dtype="Int64")
        case Kind.DECIMAL if exact:
            return _objects(column)
        case Kind.DECIMAL | Kind.DOUBLE:
            return _floats(column)
        case Kind.BOOLEAN:
            return pd.array(column.values, dtype="boolean")
        case Kind.DATE:
            return _moments(column, "datetime64[s]")
        case Kind.TIME:
            return _moments(column, "datetime64[us]")
        case Kind.TIME_OF_ZONE:
            return pd.Series(_moments(column, "datetime64[us]")).dt.tz_localize("UTC")
    return pd.array(column.values, dtype="str")


def _objects(column: Column) -> np.ndarray[Any, Any]:
    import numpy as np

    return np.array([*column.values, None], dtype=object)[:-1]  # the None keeps it from being looked into


def _floats(column: Column) -> np.ndarray[Any, Any]:
    import numpy as np

    return np.array([float("nan") if value is None else float(value) for value in column.values], dtype="float64")  # type: ignore[arg-type]  # numbers, by their kind


def _moments(column: Column, dtype: str) -> np.ndarray[Any, Any]:
    import numpy as np

    # numpy knows no zones
    values = [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in column.values]
    return np.array(values, dtype=dtype)


def _polars(columns: Mapping[str, Column], exact: bool, about: Mapping[str, object]) -> pl.DataFrame:
    import polars as pl

    del about  # frames of polars carry nothing beside their columns
    return pl.DataFrame([_polars_column(name, column, exact) for name, column in columns.items()])


def _polars_column(name: str, column: Column, exact: bool) -> pl.Series:
    import polars as pl

    match column.kind:
        case Kind.INTEGER | Kind.YEAR if not _is_large(column):
            return pl.Series(name, column.values, dtype=pl.Int64)
        case Kind.DECIMAL if exact:
            digits = [_digits(value) for value in column.values if isinstance(value, Decimal)]
            before, behind = (max(part, default=0) for part in zip(*digits, strict=True)) if digits else (0, 0)
            if before + behind <= _DIGITS:
                return pl.Series(name, column.values, dtype=pl.Decimal(_DIGITS, behind))
        case Kind.DECIMAL | Kind.DOUBLE:
            values = [None if value is None else float(value) for value in column.values]  # type: ignore[arg-type]  # numbers, by their kind
            return pl.Series(name, values, dtype=pl.Float64)
        case Kind.BOOLEAN:
            return pl.Series(name, column.values, dtype=pl.Boolean)
        case Kind.DATE:
            return pl.Series(name, column.values, dtype=pl.Date)
        case Kind.TIME:
            return pl.Series(name, column.values, dtype=pl.Datetime("us"))
        case Kind.TIME_OF_ZONE:
            return pl.Series(name, column.values, dtype=pl.Datetime("us", "UTC"))
    texts = [format(value, "f") if isinstance(value, Decimal) else value for value in column.values]
    texts = [None if text is None else str(text) for text in texts]
    return pl.Series(name, texts, dtype=pl.String)


def _digits(value: Decimal) -> tuple[int, int]:
    """How many digits a decimal has before the point and behind it."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)  # infinity is no decimal of XML Schema
    return max(0, len(digits) + exponent), max(0, -exponent)


_FRAMES: Mapping[str, Callable[[Mapping[str, Column], bool, Mapping[str, object]], Any]] = {
    "pandas": _pandas,
    "polars": _polars,
    "records": _records,
}
