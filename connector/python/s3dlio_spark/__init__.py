"""Content of objects in Python workers, without its bytes passing through Spark.

The data source ``s3dlio`` has a hidden column ``_content_ref``. A row's reference tells where the
content lies; this package reads it there, straight into memory that Arrow and NumPy see::

    from s3dlio_spark import with_content

    def sizes(batch):                       # a pyarrow.RecordBatch with a column "content"
        return batch.select(["path"]).append_column("n", pc.binary_length(batch["content"]))

    df.select("path", "_content_ref").mapInArrow(with_content(sizes), "path string, n int")

References are for the Python worker that gets them from Spark: not after a shuffle, not from a
cache, not on another host, and a file must still be the version that was listed. A reference that
does not hold any more raises :class:`StaleReferenceError`, and never gives another object's bytes.
"""

from s3dlio_spark._content import contents, with_content
from s3dlio_spark._errors import ContentReferenceError, StaleReferenceError
from s3dlio_spark._views import as_numpy, as_torch

__all__ = [
    "ContentReferenceError",
    "StaleReferenceError",
    "as_numpy",
    "as_torch",
    "contents",
    "with_content",
]
