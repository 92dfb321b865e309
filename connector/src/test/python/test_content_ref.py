"""Content by reference, through every API, against bytes that Python wrote."""

import hashlib
import os

import pandas as pd
import pyarrow as pa
import pytest
from conftest import ERRORS, MIB, random_files
from pyspark.errors import PythonException
from pyspark.sql import functions as F
from pyspark.sql.functions import pandas_udf, udf
from pyspark.sql.types import StringType
from test_read import by_name, digests, sha256

from s3dlio_spark import as_numpy, contents, with_content


@pytest.fixture(scope="session")
def bucket(spark, train):
    """The same objects in a bucket, whose server and keys are the environment's."""
    path = os.environ["S3DLIO_TEST_BUCKET"] + "/train"
    frame = spark.createDataFrame(list(train[1].items()), "name string, content binary")
    frame.write.format("s3dlio").mode("append").save(path)
    return path


@pytest.fixture(params=["file", "direct", "cloud"])
def refs(request, spark, train, read_mode):
    reader = spark.read.format("s3dlio").option("readMode", read_mode)
    if request.param == "cloud":
        return reader.load(request.getfixturevalue("bucket"))
    if request.param == "direct":
        reader = reader.option("directFallback", "true")
    return reader.load(f"{request.param}://{train[0]}")


def digest_batch(batch):
    values = [sha256(value.as_buffer()) for value in batch["content"]]
    return pa.record_batch({"path": batch["path"], "digest": pa.array(values)})


@udf(StringType(), useArrow=False)
def plain(ref):
    (view,) = contents(ref)
    return sha256(view)


@udf(StringType(), useArrow=True)
def plain_by_arrow(ref):
    (view,) = contents(ref)
    return sha256(view)


@pandas_udf(StringType())
def pandas(ref: pd.DataFrame) -> pd.Series:
    return pd.Series([sha256(view) for view in contents(ref)])


def arrow(ref: pa.Array) -> pa.Array:
    return pa.array([sha256(as_numpy(view)) for view in contents(ref)])


DIGESTS = {"udf": plain, "udf_by_arrow": plain_by_arrow, "pandas_udf": pandas}
# Spark 4.0 has none.
if hasattr(F, "arrow_udf"):
    DIGESTS["arrow_udf"] = F.arrow_udf(StringType())(arrow)

UDFS = pytest.mark.parametrize("digest", DIGESTS.values(), ids=DIGESTS)


def digest_with(spark_frame):
    return spark_frame.mapInArrow(with_content(digest_batch), "path string, digest string")


def test_it_is_hidden_and_content_stays_binary(refs):
    assert refs.columns == ["path", "modificationTime", "length", "offset", "content"]
    schema = refs.select("_content_ref").schema["_content_ref"].dataType
    assert schema.simpleString() == (
        "struct<segment:string,offset:bigint,length:bigint,stamp:bigint,inline:binary>"
    )


@pytest.mark.matrix
def test_map_in_pandas(refs, train):
    def digest(frames):
        for frame in frames:
            digests = [sha256(view) for view in contents(frame["_content_ref"])]
            yield pd.DataFrame({"path": frame["path"], "digest": digests})

    rows = refs.select("path", "_content_ref").mapInPandas(digest, "path string, digest string")
    assert by_name(rows.collect()) == digests(train[1])


@pytest.mark.matrix
def test_map_in_arrow(refs, train):
    assert by_name(digest_with(refs.select("path", "_content_ref")).collect()) == digests(train[1])


@pytest.mark.matrix
def test_map_in_arrow_behind_a_filter_and_a_projection(refs, train):
    rows = refs.where("length > 4095").selectExpr("concat('/', path) as path", "_content_ref")
    expected = {name: content for name, content in train[1].items() if len(content) > 4095}
    assert by_name(digest_with(rows).collect()) == digests(expected)


@pytest.mark.matrix
def test_rdd_map(refs, train):
    def digest(row):
        (view,) = contents(row._content_ref)
        return row.path, sha256(view)

    rows = refs.select("path", "_content_ref").rdd.map(digest)
    assert by_name(rows.collect()) == digests(train[1])


@pytest.mark.matrix
@UDFS
def test_udf(refs, train, digest):
    assert by_name(refs.select("path", digest("_content_ref")).collect()) == digests(train[1])


@pytest.mark.matrix
@UDFS
def test_udf_beside_content_and_behind_a_filter(refs, train, digest):
    rows = refs.where("length > 4095").select("path", "content", digest("_content_ref").alias("d"))
    rows = rows.collect()
    expected = {name: content for name, content in train[1].items() if len(content) > 4095}
    assert by_name((row.path, bytes(row.content)) for row in rows) == expected
    assert all(row.d == sha256(row.content) for row in rows)


def test_one_task_has_every_reference(spark, tmp_path, read_mode):
    contents_by_name = random_files(tmp_path, [6 * MIB] * 8)
    for scheme in ("file", "direct"):
        reader = spark.read.format("s3dlio").option("readMode", read_mode)
        if scheme == "direct":
            reader = reader.option("directFallback", "true")
        frame = reader.load(f"{scheme}://{tmp_path}").select("path", "_content_ref").coalesce(1)
        assert by_name(digest_with(frame).collect()) == digests(contents_by_name)


def test_chunks(spark, train, read_mode):
    folder, whole = train
    reader = spark.read.format("s3dlio").option("readMode", read_mode).option("chunkBytes", "1mb")
    rows = reader.load(f"file://{folder}").select("path", "offset", pandas("_content_ref")).collect()
    assert len(rows) == sum(max(1, -(-len(content) // MIB)) for content in whole.values())
    for path, offset, digest in rows:
        content = whole[path.rsplit("/", 1)[1]]
        assert digest == hashlib.sha256(content[offset : offset + MIB]).hexdigest()


def test_files_are_not_read_by_the_jvm(spark, train):
    """Spark's own figure of input bytes is what the reader has read."""
    frame = spark.read.format("s3dlio").load(f"file://{train[0]}").select("_content_ref.length")
    tracker = spark.sparkContext.statusTracker()
    spark.sparkContext.setJobGroup("refs", "refs")
    assert sorted(row[0] for row in frame.collect()) == sorted(map(len, train[1].values()))
    stages = [
        stage
        for job in tracker.getJobIdsForGroup("refs")
        for stage in tracker.getJobInfo(job).stageIds
    ]
    store = spark.sparkContext._jsc.sc().statusStore()
    assert stages
    assert all(store.lastStageAttempt(stage).inputBytes() == 0 for stage in stages)
    spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)


def test_an_object_that_is_another_version_is_an_error(spark, tmp_path, read_mode):
    random_files(tmp_path, [1000, 1000])
    frame = spark.read.format("s3dlio").option("readMode", read_mode).load(f"file://{tmp_path}")
    assert frame.count() == 2
    (tmp_path / "sample 001 ä%.bin").write_bytes(b"x" * 1000)
    with pytest.raises(PythonException, match="sample 001 ä%.bin: it was written again since it was"):
        frame.select(pandas("_content_ref")).collect()


def test_references_that_were_collected_still_name_their_files(spark, train):
    folder, whole = train
    rows = spark.read.format("s3dlio").load(f"file://{folder}").select("path", "_content_ref")
    for row in rows.collect():
        (view,) = contents(row._content_ref)
        assert bytes(view) == whole[row.path.rsplit("/", 1)[1]]


def test_an_object_beyond_a_row_needs_chunks(spark, tmp_path):
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(2**31)
    frame = spark.read.format("s3dlio").load(f"file://{tmp_path}")
    with pytest.raises(ERRORS, match='option\\("chunkBytes", "64mb"\\)'):
        frame.select("_content_ref").collect()
    assert frame.select("length").first()[0] == 2**31
