"""Speculative attempts on a cluster whose two workers are different hosts to Spark."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

import pyspark
import pytest

SPARK_HOME = pathlib.Path(pyspark.__file__).parent
DEADLINE_SECONDS = 120

# Every read has one object whose first attempt does not go on before the program has ended.
PROGRAM = """
import hashlib, json, os, pathlib, sys, time
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import SparkSession

master, shared, work, *paths = sys.argv[1:]
settings = {
    "spark.jars": os.environ["S3DLIO_JAR"],
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "512m",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "100s",
    "spark.cores.max": "2",
    "spark.locality.wait": "0",
    "spark.speculation": "true",
    "spark.speculation.interval": "50ms",
    "spark.speculation.quantile": "0.5",
    "spark.speculation.multiplier": "1.1",
    "spark.speculation.minTaskRuntime": "1s",
    "spark.s3dlio.sharedMemoryDir": shared,
}
builder = SparkSession.builder.master(master)
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.addPyFile(os.environ["S3DLIO_JAR"])
from s3dlio_spark import with_content

SCHEMA = pa.schema({
    "name": pa.string(), "digest": pa.string(), "segment": pa.string(), "attempt": pa.int64()
})

def digests(batch, segments):
    attempt = TaskContext.get().attemptNumber()
    rows = zip(batch["path"].to_pylist(), batch["content"], segments)
    return pa.RecordBatch.from_pylist([
        {
            "name": path.rpartition("/")[2],
            "digest": hashlib.sha256(value.as_buffer()).hexdigest(),
            "segment": segment,
            "attempt": attempt,
        }
        for path, value, segment in rows
    ], schema=SCHEMA)

def read(case, column, slow):
    folder = pathlib.Path(work)

    def look(segments):
        def fn(batch):
            result = digests(batch, segments)
            if slow and "slow.bin" in result["name"].to_pylist() and result["attempt"][0].as_py() == 0:
                (folder / f"{case}.slept").write_text(json.dumps(segments))
                while not (folder / "over").exists():
                    time.sleep(0.01)
                same = result.equals(digests(batch, segments))
                (folder / f"{case}.seen").write_text(str(same))
            return result
        return fn

    def run(batches):
        for batch in batches:
            if column == "content":
                yield look([None] * batch.num_rows)(batch)
            else:
                # Each object is a batch, and its content one of with_content's.
                for row in range(batch.num_rows):
                    one = batch.slice(row, 1)
                    segments = one[column].field("segment").to_pylist()
                    yield from with_content(look(segments))(iter([one]))

    return run

result = {}
for path in paths:
    for column in ("_content_ref", "content"):
        case = f"{path.partition(':')[0]}-{column}"
        objects = (
            spark.read.format("s3dlio")
            .option("maxPartitionBytes", "2mb")
            .options(**({"directFallback": "true"} if path.startswith("direct") else {}))
            .load(path)
            .select("path", column)
        )
        schema = "name string, digest string, segment string, attempt long"
        for slow in (True, False):
            rows = objects.mapInArrow(read(case, column, slow), schema).collect()
            result[f"{case}-{'slow' if slow else 'again'}"] = [row.asDict() for row in rows]
            if slow and column == "_content_ref":
                # The attempt that lost is killed a moment later, and its memory goes with it.
                (lost,) = json.loads((pathlib.Path(work) / f"{case}.slept").read_text())
                deadline = time.monotonic() + 30
                while os.path.exists(lost.removeprefix("memory:")):
                    assert time.monotonic() < deadline, f"{lost} is still there"
                    time.sleep(0.01)
print("RESULT " + json.dumps(result))
spark.stop()
"""


def await_(condition):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextlib.contextmanager
def started(log, *command):
    """A part of Spark, whose log is awaited to say something."""
    environment = {**os.environ, "SPARK_HOME": str(SPARK_HOME), "PYSPARK_PYTHON": sys.executable}
    environment.pop("SPARK_LOCAL_IP", None)
    with log.open("w") as file:
        process = subprocess.Popen(
            [SPARK_HOME / "bin/spark-class", *command],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )

    def says(pattern):
        await_(lambda: re.search(pattern, log.read_text()) or process.poll() is not None)
        found = re.search(pattern, log.read_text())
        assert found, log.read_text()
        return found.group(1)

    try:
        yield says
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def master(tmp_path):
    """A standalone cluster of two hosts, which are two addresses of this one."""
    deploy = "org.apache.spark.deploy"
    ports = ["--port", "0", "--webui-port", "0"]
    with contextlib.ExitStack() as stack:
        command = [f"{deploy}.master.Master", "--host", "127.0.0.1", *ports]
        says = stack.enter_context(started(tmp_path / "master.log", *command))
        url = says(r"Starting Spark master at (spark://127\.0\.0\.1:\d+)")
        for host in ("127.0.0.1", "127.0.0.2"):
            command = [f"{deploy}.worker.Worker", "--host", host, *ports, "--cores", "1"]
            command += ["--memory", "1g", "--work-dir", str(tmp_path / f"work-{host}"), url]
            says = stack.enter_context(started(tmp_path / f"{host}.log", *command))
            says(r"(Successfully registered with master)")
        yield url


@pytest.fixture
def objects(tmp_path):
    """A folder of files, and their digests by name."""
    folder = tmp_path / "objects"
    folder.mkdir()
    generator = random.Random(1)
    found = {}
    for name in ["a.bin", "b.bin", "c.bin", "slow.bin"]:
        content = generator.randbytes(2 << 20)
        (folder / name).write_bytes(content)
        found[name] = hashlib.sha256(content).hexdigest()
    return folder, found


def test_a_speculative_attempt_wins_and_the_other_leaves_nothing(master, objects, tmp_path):
    folder, expected = objects
    shared, work = tmp_path / "shared", tmp_path / "attempts"
    shared.mkdir()
    work.mkdir()
    command = [sys.executable, "-c", PROGRAM, master, shared, work, f"direct://{folder}"]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    (work / "over").touch()
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    result = json.loads(line.removeprefix("RESULT "))
    for reading, rows in result.items():
        assert {row["name"]: row["digest"] for row in rows} == expected, reading
    for case in ("direct-_content_ref", "direct-content"):
        (slow,) = [row for row in result[f"{case}-slow"] if row["name"] == "slow.bin"]
        assert slow["attempt"] == 1, case
        assert (work / f"{case}.slept").exists()
        assert not (work / f"{case}.seen").exists() or (work / f"{case}.seen").read_text() == "True"
    (lost,) = json.loads((work / "direct-_content_ref.slept").read_text())
    later = [row["segment"] for row in result["direct-_content_ref-again"]]
    assert all(segment.startswith(f"memory:{shared}/") for segment in [lost, *later])
    assert lost not in later
    await_(lambda: not os.listdir(shared))
