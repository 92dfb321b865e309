"""A Spark session with the bundle, and files of random bytes to be read with it."""

import os
import random
import sys
import threading

import pyspark
import pytest
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

MIB = 1 << 20

# Spark has exceptions of its own for what fails on the driver, and leaves those of tasks to Py4J.
ERRORS = (PySparkException, Py4JJavaError)

# Smaller than what some tests read at once, so that the pool has to be given back and lent again.
MEMORY_BUDGET = "32mb"

# A job of these tests takes seconds; on Spark 4.2.0 some would never end.
DEADLINE_SECONDS = 300

COLUMNAR_INPUT = "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled"


def pytest_configure(config):
    config.addinivalue_line("markers", "matrix: what runs on every Spark, also where time is short")


@pytest.fixture(scope="session")
def spark():
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2]")
        .appName("s3dlio tests")
        .config("spark.jars", os.environ["S3DLIO_JAR"])
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.s3dlio.memoryBudget", MEMORY_BUDGET)
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(autouse=True, scope="session")
def package(spark):
    """The package as users get it: out of the bundle."""
    spark.sparkContext.addPyFile(os.environ["S3DLIO_JAR"])


@pytest.fixture(autouse=True)
def deadline(spark):
    """Fails a test whose job does not end."""
    timer = threading.Timer(DEADLINE_SECONDS, spark.sparkContext.cancelAllJobs)
    timer.start()
    yield
    timer.cancel()


def random_files(folder, sizes):
    """Writes files of random bytes and returns their contents by name."""
    generator = random.Random(1)
    contents = {}
    for index, size in enumerate(sizes):
        name = f"sample {index:03d} ä%.bin"
        contents[name] = generator.randbytes(size)
        (folder / name).write_bytes(contents[name])
    return contents


@pytest.fixture(scope="session")
def train(tmp_path_factory):
    """A folder and the contents of its files by name."""
    folder = tmp_path_factory.mktemp("train")
    sizes = [0, 1, 4095, 4096, 100_000, 3 * MIB + 1, 9 * MIB] + [50_000] * 20
    return folder, random_files(folder, sizes)


@pytest.fixture(params=["columnar", "rows"])
def read_mode(request, spark):
    """Either mode; on Spark 4.2.0 with what the documentation says who wants batches there."""
    hangs = request.param == "columnar" and pyspark.__version__ == "4.2.0"
    if hangs:
        spark.conf.set(COLUMNAR_INPUT, "false")
    yield request.param
    if hangs:
        spark.conf.unset(COLUMNAR_INPUT)


@pytest.fixture
def objects(spark, train, read_mode):
    """The files as Spark reads them, in either mode."""
    folder, _ = train
    return spark.read.format("s3dlio").option("readMode", read_mode).load(f"file://{folder}")
