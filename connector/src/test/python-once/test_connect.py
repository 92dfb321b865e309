"""Content by reference over Spark Connect."""

import hashlib
import os
import threading

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

DEADLINE_SECONDS = 300


@pytest.fixture
def spark(monkeypatch):
    """A client, and a server that Spark starts for it, on any port that is free."""
    monkeypatch.setenv("SPARK_TESTING", "1")
    session = (
        SparkSession.builder.remote("local[2]")
        .config("spark.jars", os.environ["S3DLIO_JAR"])
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.connect.grpc.binding.address", "127.0.0.1")
        .getOrCreate()
    )
    timer = threading.Timer(DEADLINE_SECONDS, session.interruptAll)
    timer.start()
    yield session
    timer.cancel()
    session.stop()


def test_map_in_arrow_over_connect(spark, tmp_path, monkeypatch):
    assert type(spark).__module__ == "pyspark.sql.connect.session"
    contents = {f"{index}.bin": os.urandom(1000 * index**3) for index in range(8)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    spark.addArtifacts(os.environ["S3DLIO_JAR"], pyfile=True)
    monkeypatch.syspath_prepend(os.environ["S3DLIO_JAR"])
    from s3dlio_spark import with_content

    def digest(batch):
        values = [hashlib.sha256(value.as_buffer()).hexdigest() for value in batch["content"]]
        return pa.record_batch({"path": batch["path"], "digest": pa.array(values)})

    objects = spark.read.format("s3dlio").load(f"file://{tmp_path}")
    assert "_content_ref" not in objects.columns
    rows = objects.select("path", "_content_ref").mapInArrow(
        with_content(digest), "path string, digest string"
    )
    assert {row.path.rsplit("/", 1)[1]: row.digest for row in rows.collect()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }
