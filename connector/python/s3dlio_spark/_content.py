"""References in, content out: for mapInArrow, arrow_udf, pandas_udf and plain UDFs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Union

import pyarrow as pa

from s3dlio_spark._buffers import Buffers
from s3dlio_spark._errors import ContentReferenceError
from s3dlio_spark._reference import Reference

if TYPE_CHECKING:
    import pandas as pd

    References = Union[pa.StructArray, pa.ChunkedArray, pd.DataFrame, Any]

COLUMN = "_content_ref"
CONTENT = "content"

_FIELDS = ("segment", "offset", "length", "stamp", "inline")
_MAX_ARRAY = (1 << 31) - 1
_DEFAULT_BYTES = 4 << 20
_WORTH_A_BATCH = 1 << 20

# A worker's own, for all of its tasks: the first use of memory costs more than reading into it.
_buffers = Buffers()

Batches = Union[pa.RecordBatch, Iterable[pa.RecordBatch]]


def with_content(
    fn: Callable[[pa.RecordBatch], Batches], max_bytes: int = _DEFAULT_BYTES
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Returns what ``DataFrame.mapInArrow`` takes.

    Args:
        fn: gets a record batch in which ``_content_ref`` has become ``content``, an ordinary
            array of bytes, and returns a record batch or several.
        max_bytes: the most content of one batch; an object that alone is larger is a batch.
            Spark's own batches, which are cut by rows, are cut further by it, and where content
            lies side by side in shared memory, so that it need not be copied.

    Raises:
        ValueError: if a batch has no column ``_content_ref``, or ``max_bytes`` is not positive.
        StaleReferenceError: if an object is another version than the one that was listed.
        ContentReferenceError: if content cannot be read.
    """
    if max_bytes <= 0:
        raise ValueError(f"Invalid max_bytes: {max_bytes} (must be > 0)")

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            index = batch.schema.get_field_index(COLUMN)
            if index < 0:
                raise ValueError(
                    f"Invalid batch: it has the columns {batch.schema.names} and no {COLUMN}. Select "
                    f'it by name, as in df.select("path", "{COLUMN}")'
                )
            references = list(_references(batch.column(index)))
            for start, end in _parts(references, max_bytes):
                part = references[start:end]
                shared = [reference for reference in part if reference.is_shared]
                content = _array(part)
                field = pa.field(CONTENT, pa.binary(), nullable=False)
                rows = batch.slice(start, end - start).set_column(index, field, content)
                result = fn(rows)
                for out in [result] if isinstance(result, pa.RecordBatch) else result:
                    _require_current(shared)
                    yield out
                _require_current(shared)

    return run


def contents(column: References) -> Iterator[memoryview]:
    """Yields the content of each reference as a read-only view.

    Args:
        column: what Python gets of ``_content_ref``: an Arrow array (``arrow_udf``), a pandas frame
            (``pandas_udf``), a pandas series of rows (``mapInPandas``), or one row (a plain UDF).

    A view is good as long as it is kept; views that are not kept let memory be used again.
    """
    for reference in _references(column):
        yield _read(reference)
        reference.require_current()


def _read(reference: Reference) -> memoryview:
    view = reference.view()
    if view is None:
        view = _buffers.take(reference.length)
        reference.read_into(view)
    return view.toreadonly()


def _require_current(shared: list[Reference]) -> None:
    """A task that is killed lets its worker run on, and its memory may become another's."""
    for reference in shared:
        reference.require_current()


def _parts(references: list[Reference], max_bytes: int) -> Iterator[tuple[int, int]]:
    """Cuts rows by bytes, and apart what is large enough to be looked at where it lies."""
    start = 0
    size = 0
    for first, end, length in _runs(references, max_bytes):
        apart = references[first].is_shared and length >= _WORTH_A_BATCH
        if first > start and (apart or size + length > max_bytes):
            yield start, first
            start = first
            size = 0
        size += length
        if apart:
            yield start, end
            start = end
            size = 0
    if start < len(references) or not references:
        yield start, len(references)


def _runs(references: list[Reference], max_bytes: int) -> Iterator[tuple[int, int, int]]:
    """Yields where rows begin and end whose content lies side by side, and its size."""
    first = 0
    length = 0
    for row, reference in enumerate(references):
        if row > first and not (
            references[row - 1].is_followed_by(reference) and length + reference.length <= max_bytes
        ):
            yield first, row, length
            first = row
            length = 0
        length += reference.length
    if references:
        yield first, len(references), length


def _array(references: list[Reference]) -> pa.Array:
    size = sum(reference.length for reference in references)
    if size > _MAX_ARRAY:
        raise ContentReferenceError(
            f"Cannot read {references[0].segment}: {size} bytes do not fit an array of Arrow. Set the "
            'option chunkBytes, as in option("chunkBytes", "64mb"), to read it as several rows'
        )
    offsets = memoryview(bytearray(4 * (len(references) + 1))).cast("i")
    end = 0
    for row, reference in enumerate(references):
        end += reference.length
        offsets[row + 1] = end
    data = _side_by_side(references)
    if data is None:
        data = _buffers.take(size)
        for row, reference in enumerate(references):
            reference.read_into(data[offsets[row] : offsets[row + 1]])
    return pa.Array.from_buffers(
        pa.binary(), len(references), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def _side_by_side(references: list[Reference]) -> memoryview | None:
    """Returns the content of all of them as it lies in shared memory, if it does."""
    if not references or not references[0].is_shared:
        return None
    if any(not one.is_followed_by(other) for one, other in zip(references, references[1:])):
        return None
    return references[0].up_to(references[-1]).view()


def _references(column: References) -> Iterator[Reference]:
    if isinstance(column, pa.ChunkedArray):
        for chunk in column.chunks:
            yield from _references(chunk)
    elif isinstance(column, pa.StructArray):
        yield from _arrow_references(column)
    elif hasattr(column, "itertuples"):
        for values in column[list(_FIELDS)].itertuples(index=False, name=None):
            yield _reference(*values)
    elif isinstance(column, dict) or hasattr(column, "asDict"):
        yield _reference(*(column[name] for name in _FIELDS))
    elif hasattr(column, "to_list"):
        for row in column.to_list():
            yield from _references(row)
    else:
        raise TypeError(
            f"Invalid references: {type(column).__name__} (must be what a UDF gets of {COLUMN})"
        )


def _arrow_references(column: pa.StructArray) -> Iterator[Reference]:
    if column.null_count:
        raise ValueError(f"Invalid references: {column.null_count} of them are null")
    segment, offset, length, stamp, inline = (column.field(name) for name in _FIELDS)
    views = _views(inline)
    rows = zip(segment.to_pylist(), _integers(offset), _integers(length), _integers(stamp))
    for (name, begin, size, version), view in zip(rows, views):
        yield Reference(name, begin, size, version, view)


def _integers(values: pa.Array) -> list[int]:
    """Returns 64-bit integers, none of them null, at a fraction of what ``to_pylist`` costs."""
    _, data = values.buffers()
    if data is None:
        return []
    return memoryview(data).cast("q")[values.offset : values.offset + len(values)].tolist()


def _views(values: pa.Array) -> list[memoryview | None]:
    """Views of an array's bytes: a scalar's own buffer would be a copy."""
    if values.null_count == len(values):
        return [None] * len(values)
    large = pa.types.is_large_binary(values.type)
    _, ends, data = values.buffers()
    offsets = memoryview(ends).cast("q" if large else "i")
    whole = memoryview(data).cast("B").toreadonly() if data is not None else memoryview(b"")
    valid = values.is_valid().to_pylist()
    return [
        whole[offsets[values.offset + row] : offsets[values.offset + row + 1]] if there else None
        for row, there in enumerate(valid)
    ]


def _reference(segment: Any, offset: Any, length: Any, stamp: Any, inline: Any) -> Reference:
    # pandas writes what is missing in a column of text or bytes as None or as NaN.
    named = segment if isinstance(segment, str) else None
    view = memoryview(inline).toreadonly() if isinstance(inline, (bytes, bytearray)) else None
    return Reference(named, int(offset), int(length), int(stamp), view)
