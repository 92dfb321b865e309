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
from test_content_ref import digest_with, package  # noqa: F401
from test_read import by_name, digests, sha256

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


SESSION = """
import os, sys
from pyspark.sql import SparkSession
builder = (
    SparkSession.builder.master(sys.argv[1])
    .config("spark.jars", os.environ["S3DLIO_JAR"])
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.s3dlio.sharedMemoryDir", sys.argv[3])
)
"""

LEAVES_NOTHING = """
spark = builder.getOrCreate()
reader = spark.read.format("s3dlio").option("directFallback", "true")
print(len(reader.load(sys.argv[2]).select("_content_ref").collect()), len(os.listdir(sys.argv[3])))
"""

SPECULATION = """
import hashlib, time
import pyarrow as pa
from pyspark import TaskContext
spark = (
    builder.config("spark.speculation", "true")
    .config("spark.speculation.interval", "100ms")
    .config("spark.speculation.task.duration.threshold", "1s")
    .config("spark.speculation.minTaskRuntime", "1s")
    .getOrCreate()
)
spark.sparkContext.addPyFile(os.environ["S3DLIO_JAR"])
from s3dlio_spark import with_content

def slow_at_first(batch):
    attempt = TaskContext.get().attemptNumber()
    while attempt == 0:
        time.sleep(0.01)
    content = b"".join(value.as_py() for value in batch["content"])
    digest = hashlib.sha256(content).hexdigest()
    return pa.record_batch({"attempt": pa.array([attempt]), "digest": pa.array([digest])})

reader = spark.read.format("s3dlio").option("directFallback", "true")
refs = reader.load(sys.argv[2]).select("path", "_content_ref").coalesce(1)
(row,) = refs.mapInArrow(with_content(slow_at_first), "attempt int, digest string").collect()
print(row.attempt, row.digest)
"""


def program(text, master, folder, shared):
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, "-c", SESSION + text, master, f"direct://{folder}", str(shared)]
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert os.listdir(shared) == []
    return out.split()


def test_nothing_is_left_at_the_end_of_the_program(train, tmp_path):
    out = program(LEAVES_NOTHING, "local[1]", train[0], tmp_path)
    assert out == [str(len(train[1])), "2"]


def test_a_speculative_attempt_has_memory_of_its_own(tmp_path):
    """Its executor is another one, or the same: the first attempt hangs in fn until it is killed."""
    objects, shared = tmp_path / "objects", tmp_path / "shared"
    objects.mkdir()
    shared.mkdir()
    (content,) = random_files(objects, [100_000]).values()
    out = program(SPECULATION, "local-cluster[2,1,1024]", objects, shared)
    assert out == ["1", sha256(content)]
