"""Content by reference in memory that Spark's JVM shares with its workers."""

import os
import subprocess
import sys
import threading
import time

import pyarrow as pa
import pytest
from conftest import ERRORS, MIB, random_files
from pyspark.errors import PythonException
from test_content_ref import digest_with
from test_read import by_name, digests

from s3dlio_spark import StaleReferenceError, contents, with_content


@pytest.fixture
def objects(spark, train, read_mode):
    reader = spark.read.format("s3dlio").option("readMode", read_mode)
    return reader.option("directFallback", "true").load(f"direct://{train[0]}")


@pytest.fixture
def refs(objects):
    return objects.where("length > 0").select("path", "_content_ref")


def stats(spark):
    return spark._jvm.io.s3dlio.spark.config.SharedMemory.ofThisJvm().get().stats()



def await_(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def segments(batch):
    return pa.record_batch({"segment": batch["_content_ref"].field("segment")})


@pytest.mark.matrix
def test_references_name_shared_memory(spark, refs):
    rows = refs.mapInArrow(lambda batches: map(segments, batches), "segment string").collect()
    folder = spark._jvm.io.s3dlio.spark.config.SharedMemory.ofThisJvm().get().folder().toString()
    assert rows
    assert all(row.segment.startswith(f"memory:{folder}/") for row in rows)
    assert stats(spark).leases() == 0


def test_one_task_beyond_the_budget_gets_the_rest_inline(spark, tmp_path, read_mode):
    whole = random_files(tmp_path, [6 * MIB] * 8)
    reader = spark.read.format("s3dlio").option("readMode", read_mode)
    frame = reader.option("directFallback", "true").load(f"direct://{tmp_path}")
    frame = frame.select("path", "_content_ref").coalesce(1)
    kinds = frame.mapInArrow(lambda batches: map(segments, batches), "segment string").collect()
    inline = sum(row.segment is None for row in kinds)
    assert 0 < inline < 8
    assert by_name(digest_with(frame).collect()) == digests(whole)


@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["repartition", "cache", "sort"])
def test_a_reference_that_outlived_its_task_is_an_error_that_explains(refs, kind):
    if kind == "cache":
        later = refs.cache()
        later.count()
    else:
        later = refs.repartition(2) if kind == "repartition" else refs.sort("path")
    with pytest.raises(PythonException, match="its task has ended.*not after a shuffle"):
        digest_with(later).collect()
    refs.unpersist()


def test_a_collected_reference_is_an_error(refs):
    with pytest.raises(StaleReferenceError, match="its task has ended"):
        list(contents(refs.first()._content_ref))


@pytest.mark.parametrize("interrupt", [True, False])
def test_a_worker_that_runs_on_after_its_task_was_killed_keeps_its_bytes(
    spark, refs, tmp_path, interrupt
):
    """What another task reads meanwhile does not get into the memory that the worker looks at."""
    started, more, seen = tmp_path / "started", tmp_path / "more", tmp_path / "seen"

    def look(batch):
        before = [value.as_py() for value in batch["content"]]
        started.touch()
        while not more.exists():
            time.sleep(0.01)
        seen.write_text(str(before == [value.as_py() for value in batch["content"]]))
        return batch.select(["path"])

    def run():
        spark.sparkContext.setJobGroup("killed", "", interruptOnCancel=interrupt)
        with pytest.raises(ERRORS, match="cancelled"):
            refs.coalesce(1).mapInArrow(with_content(look), "path string").collect()

    job = threading.Thread(target=run)
    job.start()
    await_(started.exists)
    spark.sparkContext.cancelJobGroup("killed")
    job.join()
    digest_with(refs).collect()
    more.touch()
    await_(lambda: stats(spark).leases() == 0)
    digest_with(refs).collect()
    assert not seen.exists() or seen.read_text() == "True"


PROGRAM = """
import os, sys
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.jars", os.environ["S3DLIO_JAR"])
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.s3dlio.sharedMemoryDir", sys.argv[2])
    .getOrCreate()
)
reader = spark.read.format("s3dlio").option("directFallback", "true")
print(len(reader.load(sys.argv[1]).select("_content_ref").collect()), len(os.listdir(sys.argv[2])))
"""


def test_nothing_is_left_at_the_end_of_the_program(train, tmp_path):
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, "-c", PROGRAM, f"direct://{train[0]}", str(tmp_path)]
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert out.split() == [str(len(train[1])), "2"]
    assert os.listdir(tmp_path) == []
