"""An answer as Parquet: columns of fixed types, and in the schema what they are an answer to."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lcgraph.asking.about import metadata
from lcgraph.asking.answer import Answer
from lcgraph.asking.question import ColumnType
from lcgraph.asking.values import Value
from lcgraph.errors import QueryError
from lcgraph.language import Text

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS, BEHIND = 38, 18
"""Digits of a decimal, and how many of them stand behind the point: what engines of SPARQL reckon with."""


def parquet(answer: Answer) -> bytes:
    """The answer as a Parquet file; the same answer gives the same bytes.

    The types follow from the types of the columns alone: ``docs/questions.md`` says how.

    :raises QueryError: if a number has more digits than its type can hold: none is ever cut off.
    """
    import pyarrow as pa  # here, since it is large, and few answers need it
    import pyarrow.parquet as pq

    fields, arrays = [], []
    for name, column in answer.question.head.columns.items():
        kind = _type(column.type)
        said = {"label": answer.heading(name), "type": column.type}
        said |= {f"label.{language}": label for language, label in column.labels().items()}
        fields.append(pa.field(name, kind, nullable=True, metadata=said))
        values = [_value(row[name], column.type) for row in answer.rows]
        try:
            arrays.append(pa.array(values, kind))
        except (pa.ArrowInvalid, OverflowError) as error:
            raise QueryError(
                Text("A number in the column “{column}” has more digits than Parquet takes.", column=name),
                remedy=Text("Ask for CSV or JSON."),
            ) from error
    about = {f"lcgraph.{name}": value for name, value in metadata(answer).items()}
    about["lcgraph.columns"] = json.dumps(answer.as_json()["columns"], ensure_ascii=False)
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=about))
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    return bytes(out.getvalue())


def _type(column_type: ColumnType) -> pa.DataType:
    import pyarrow as pa

    types: dict[ColumnType, Any] = {
        "integer": pa.int64,
        "year": pa.int64,
        "boolean": pa.bool_,
        "date": pa.date32,
    }
    if column_type == "decimal":
        return pa.decimal128(DIGITS, BEHIND)
    if column_type == "time":
        return pa.timestamp("us", "UTC")
    return types.get(column_type, pa.string)()


def _value(value: Value, column_type: ColumnType) -> object:
    match value:
        case str() if column_type == "date":
            return date.fromisoformat(value)
        case str() if column_type == "time":
            return datetime.fromisoformat(value)
    return value
