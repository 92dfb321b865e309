"""Every way in which Python gets content, against bytes that Python wrote."""

import hashlib
import os

import pandas as pd
import pyarrow as pa
import pytest
from conftest import MIB, random_files
from pyspark.errors import PythonException
from pyspark.sql import functions as F
from pyspark.sql.functions import pandas_udf, udf
from pyspark.sql.types import StringType


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def digests(contents):
    return {name: sha256(content) for name, content in contents.items()}


def name_of(path):
    return path.rsplit("/", 1)[1]


def by_name(rows):
    """Rows of (path, value) as a dict; a path that comes twice is an error."""
    values = [(name_of(path), value) for path, value in rows]
    assert len({name for name, _ in values}) == len(values)
    return dict(values)


@udf(StringType(), useArrow=False)
def plain_digest(content):
    return sha256(content)


@udf(StringType(), useArrow=True)
def plain_digest_by_arrow(content):
    return sha256(content)


@pandas_udf(StringType())
def pandas_digest(content: pd.Series) -> pd.Series:
    return content.map(sha256)


def arrow_digest(content: pa.Array) -> pa.Array:
    return pa.array([sha256(value.as_py()) for value in content])


DIGESTS = {
    "udf": plain_digest,
    "udf_by_arrow": plain_digest_by_arrow,
    "pandas_udf": pandas_digest,
}
# Spark 4.0 has none.
if hasattr(F, "arrow_udf"):
    DIGESTS["arrow_udf"] = F.arrow_udf(StringType())(arrow_digest)

UDFS = pytest.mark.parametrize("digest", DIGESTS.values(), ids=DIGESTS)


def test_collect(objects, train):
    rows = objects.collect()
    _, contents = train
    assert by_name((row.path, bytes(row.content)) for row in rows) == contents
    assert all(row.length == len(row.content) and row.offset == 0 for row in rows)


def test_to_pandas(objects, train):
    frame = objects.select("path", "content").toPandas()
    assert by_name(zip(frame.path, map(bytes, frame.content))) == train[1]


def test_to_arrow(objects, train):
    table = objects.select("path", "content").toArrow()
    assert by_name(zip(table["path"].to_pylist(), table["content"].to_pylist())) == train[1]


def test_map_in_arrow(objects, train):
    def digest(batches):
        for batch in batches:
            values = [sha256(value.as_py()) for value in batch["content"]]
            yield pa.record_batch({"path": batch["path"], "digest": pa.array(values)})

    rows = objects.select("path", "content").mapInArrow(digest, "path string, digest string")
    assert by_name(rows.collect()) == digests(train[1])


def test_map_in_pandas(objects, train):
    def digest(frames):
        for frame in frames:
            yield pd.DataFrame({"path": frame.path, "digest": frame.content.map(sha256)})

    rows = objects.mapInPandas(digest, "path string, digest string")
    assert by_name(rows.collect()) == digests(train[1])


@pytest.mark.matrix
@UDFS
def test_udf(objects, train, digest):
    rows = objects.select("path", digest("content"))
    assert by_name(rows.collect()) == digests(train[1])


@UDFS
def test_filter_behind_a_udf(objects, train, digest):
    wanted = digests(train[1])["sample 005 ä%.bin"]
    rows = objects.withColumn("digest", digest("content")).where(F.col("digest") == wanted)
    assert [name_of(row.path) for row in rows.collect()] == ["sample 005 ä%.bin"]


@UDFS
def test_content_passes_through_beside_a_udf(objects, train, digest):
    rows = objects.select("path", "content", digest("content").alias("digest")).collect()
    assert by_name((row.path, bytes(row.content)) for row in rows) == train[1]
    assert all(row.digest == sha256(row.content) for row in rows)


@UDFS
def test_limit_before_a_udf(objects, train, digest):
    rows = by_name(objects.limit(3).select("path", digest("content")).collect())
    assert len(rows) == 3
    assert rows.items() <= digests(train[1]).items()


@UDFS
def test_one_task_reads_more_than_the_pool_holds(spark, tmp_path, read_mode, digest):
    contents = random_files(tmp_path, [6 * MIB] * 8)
    objects = spark.read.format("s3dlio").option("readMode", read_mode).load(f"file://{tmp_path}")
    rows = objects.select("path", digest("content")).coalesce(1)
    assert by_name(rows.collect()) == digests(contents)


@UDFS
def test_an_object_larger_than_the_pool(spark, tmp_path, read_mode, digest):
    contents = random_files(tmp_path, [40 * MIB, 1])
    objects = spark.read.format("s3dlio").option("readMode", read_mode).load(f"file://{tmp_path}")
    assert by_name(objects.select("path", digest("content")).collect()) == digests(contents)


@UDFS
def test_chunks_of_objects(spark, train, read_mode, digest):
    folder, contents = train
    reader = spark.read.format("s3dlio").option("readMode", read_mode).option("chunkBytes", "1mb")
    rows = reader.load(f"file://{folder}").select("path", "offset", digest("content")).collect()
    chunks = {(name_of(path), offset): digest for path, offset, digest in rows}
    assert len(chunks) == len(rows)
    assert chunks == {
        (name, offset): sha256(content[offset : offset + MIB])
        for name, content in contents.items()
        for offset in range(0, max(len(content), 1), MIB)
    }


@pytest.mark.matrix
@pytest.mark.parametrize("kind", DIGESTS)
def test_a_udf_that_raises_fails_the_job_and_nothing_else(objects, train, kind):
    def fail(content):
        raise ValueError("no such picture")

    if kind == "pandas_udf":
        fail.__annotations__ = {"content": pd.Series, "return": pd.Series}
        failing = pandas_udf(fail, "string")
    elif kind == "arrow_udf":
        fail.__annotations__ = {"content": pa.Array, "return": pa.Array}
        failing = F.arrow_udf(fail, "string")
    else:
        failing = udf(fail, "string", useArrow=kind == "udf_by_arrow")
    with pytest.raises(PythonException, match="no such picture"):
        # One task: of others, which Spark kills then, it frees a buffer that they still write to.
        objects.coalesce(1).select(failing("content")).collect()
    assert by_name(objects.select("path", DIGESTS[kind]("content")).collect()) == digests(train[1])


def test_sizes_and_counts_without_content(objects, train):
    _, contents = train
    row = objects.selectExpr("count(*)", "sum(length)").first()
    assert tuple(row) == (len(contents), sum(map(len, contents.values())))


@pytest.mark.matrix
def test_a_table_of_the_catalog_has_the_options_of_its_definition(spark, train, tmp_path):
    folder, written = train
    spark.sql(f"CREATE TABLE train USING s3dlio OPTIONS (path '{folder}', chunkBytes '1mb')")
    spark.sql(f"CREATE TABLE kept USING s3dlio OPTIONS (onExisting 'skip') LOCATION '{tmp_path}'")
    try:
        assert spark.table("train").where("offset > 0").count() == 3 + 8
        for content in (b"first", b"second"):
            frame = spark.createDataFrame([("a", content)], "name string, content binary")
            frame.writeTo("kept").append()
        assert (tmp_path / "a").read_bytes() == b"first"
    finally:
        spark.sql("DROP TABLE train")
        spark.sql("DROP TABLE kept")
    assert len(os.listdir(folder)) == len(written)


def shown_metrics(spark):
    """What Spark's UI shows of the scan of the query that ran last, by the metrics' descriptions."""
    spark.sparkContext._jsc.sc().listenerBus().waitUntilEmpty()
    store = spark._jsparkSession.sharedState().statusStore()
    execution = store.executionsList().last().executionId()
    values = store.executionMetrics(execution)
    nodes = store.planGraph(execution).allNodes()
    metrics = [
        (node.metrics().apply(i).name(), node.metrics().apply(i).accumulatorId())
        for node in map(nodes.apply, range(nodes.size()))
        for i in range(node.metrics().size())
        if node.name().startswith("BatchScan")
    ]
    return {name: values.apply(number) for name, number in metrics if values.contains(number)}


@pytest.mark.matrix
def test_metrics_are_summed_and_averaged(spark, tmp_path, read_mode):
    random_files(tmp_path, [0, 10_000, 10_000, 10_000])
    reader = spark.read.format("s3dlio").option("readMode", read_mode)
    reader = reader.option("maxPartitionBytes", 10_000).option("openCostInBytes", 10_000)
    objects = reader.load(f"file://{tmp_path}").selectExpr("length(content)")
    assert objects.rdd.getNumPartitions() == 4
    assert len(objects.collect()) == 4
    shown = shown_metrics(spark)
    assert shown["number of objects"] == "4"
    assert shown["bytes of content"] == "30000"
    waited = float(shown["time waited for content"].removesuffix(" s"))
    average = float(shown["average time waited for the first content of a split"].removesuffix(" ms"))
    assert average == pytest.approx(waited * 1000 / 3, abs=0.4)

    together = objects.coalesce(1)
    assert len(together.collect()) == 4
    shown = shown_metrics(spark)
    assert shown["number of objects"] == "4"
    assert shown["number of ranges"] == "3"
    assert shown["bytes of content"] == "30000"
    assert shown["peak off-heap bytes of a task"] == "10000"
