"""Each of PySpark's ways to content, behind a filter and a projection, on every Spark."""

import pandas as pd
import pyarrow as pa
import pytest
from pyspark.sql import functions as F
from test_read import UDFS, by_name, digests, sha256

pytestmark = pytest.mark.matrix

WANTED = "length > 4095 and path not like '%sample 003%'"


@pytest.fixture
def some(objects):
    """Some of the objects, with their paths in another column."""
    return objects.where(WANTED).selectExpr("concat('/', path) as place", "content")


@pytest.fixture
def expected(train):
    _, contents = train
    return {n: c for n, c in contents.items() if len(c) > 4095 and "003" not in n}


def test_collect(some, expected):
    assert by_name((row.place, bytes(row.content)) for row in some.collect()) == expected


def test_to_pandas(some, expected):
    frame = some.toPandas()
    assert by_name(zip(frame.place, map(bytes, frame.content))) == expected


def test_to_arrow(some, expected):
    table = some.toArrow()
    assert by_name(zip(table["place"].to_pylist(), table["content"].to_pylist())) == expected


def test_map_in_arrow(some, expected):
    def digest(batches):
        for batch in batches:
            values = [sha256(value.as_py()) for value in batch["content"]]
            yield pa.record_batch({"place": batch["place"], "digest": pa.array(values)})

    rows = some.mapInArrow(digest, "place string, digest string")
    assert by_name(rows.collect()) == digests(expected)


def test_map_in_pandas(some, expected):
    def digest(frames):
        for frame in frames:
            yield pd.DataFrame({"place": frame.place, "digest": frame.content.map(sha256)})

    rows = some.mapInPandas(digest, "place string, digest string")
    assert by_name(rows.collect()) == digests(expected)


@UDFS
def test_udf(some, expected, digest):
    assert by_name(some.select("place", digest("content")).collect()) == digests(expected)


@UDFS
def test_filter_and_projection_behind_a_udf(some, expected, digest):
    wanted = digests(expected)["sample 005 ä%.bin"]
    rows = some.select("place", digest("content").alias("digest")).where(F.col("digest") == wanted)
    assert by_name(rows.selectExpr("place", "upper(digest)").collect()) == {
        "sample 005 ä%.bin": wanted.upper()
    }


def test_rdd_map(some, expected):
    rows = some.rdd.map(lambda row: (row.place, sha256(row.content)))
    assert by_name(rows.collect()) == digests(expected)


@UDFS
def test_a_udf_ends_in_the_default_mode(spark, train, digest):
    """A plain UDF over the batches of a source never ends on Spark 4.2.0."""
    folder, contents = train
    rows = spark.read.format("s3dlio").load(f"file://{folder}").select("path", digest("content"))
    assert by_name(rows.collect()) == digests(contents)
