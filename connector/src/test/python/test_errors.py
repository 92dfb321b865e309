"""What a Python user reads when something is wrong."""

import pytest
from conftest import ERRORS
from pyspark.sql.functions import udf


def read(spark, path, **options):
    return spark.read.format("s3dlio").options(**options).load(path)


def test_unknown_option(spark, tmp_path):
    with pytest.raises(ERRORS, match="did you mean 'chunkBytes'"):
        read(spark, f"file://{tmp_path}", chunkByte="1mb")


def test_malformed_size(spark, tmp_path):
    with pytest.raises(ERRORS, match="Invalid maxBatchBytes: '12xb'"):
        read(spark, f"file://{tmp_path}", maxBatchBytes="12xb")


def test_missing_path(spark, tmp_path):
    with pytest.raises(ERRORS) as error:
        read(spark, f"file://{tmp_path}/none").count()
    assert f"{tmp_path}/none" in str(error.value)


def test_object_that_vanishes(spark, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"x" * 100)
    objects = read(spark, f"file://{tmp_path}")
    assert objects.count() == 1
    (tmp_path / "a.bin").unlink()
    with pytest.raises(ERRORS, match="a.bin"):
        objects.select(udf(len, "int")("content")).collect()


def test_unknown_write_option(spark, tmp_path):
    with pytest.raises(ERRORS, match="did you mean 'objectSize'"):
        spark.range(1).write.format("s3dlio").option("objectSizes", "1").mode("append").save(
            f"file://{tmp_path}/new"
        )
