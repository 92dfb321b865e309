"""Compressed objects, read by the libraries that people read them with."""

import gzip
import os
import zipfile
import zlib

import numpy as np
import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import tensorflow as tf  # noqa: E402
from conftest import MIB  # noqa: E402

SAMPLES = 3
SIZES = [2000, 65_537, MIB, 3 * MIB + 77]


def write(spark, folder, kind, compression):
    """Writes objects of these sizes and returns their files, each in its place."""
    rows = spark.createDataFrame(list(enumerate(SIZES)), "id long, size long").repartition(2)
    options = {"objectType": kind, "objectName": "{}", "recordsPerObject": SAMPLES, "compression": compression}
    rows.write.format("s3dlio").options(**options).mode("append").save(f"file://{folder}")
    return [folder / str(index) for index in range(len(SIZES))]


def test_npz(spark, tmp_path):
    files = write(spark, tmp_path / "deflate", "npz", "deflate")
    plain_files = write(spark, tmp_path / "plain", "npz", "none")
    for index, (file, plain) in enumerate(zip(files, plain_files)):
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_DEFLATED}
        with np.load(file, allow_pickle=False) as arrays, np.load(plain, allow_pickle=False) as expected:
            assert arrays.files == expected.files == ["x", "y"]
            assert np.array_equal(arrays["x"], expected["x"])
            assert arrays["y"].tolist() == list(range(index * SAMPLES, (index + 1) * SAMPLES))


@pytest.mark.parametrize("compression", ["gzip", "zlib"])
def test_tfrecord(spark, tmp_path, compression):
    files = write(spark, tmp_path / "compressed", "tfrecord", compression)
    plain_files = write(spark, tmp_path / "plain", "tfrecord", "none")
    inflate = gzip.decompress if compression == "gzip" else zlib.decompress
    for file, plain, size in zip(files, plain_files, SIZES):
        content = plain.read_bytes()
        assert len(content) == size
        assert inflate(file.read_bytes()) == content
        records = tf.data.TFRecordDataset(str(file), compression_type=compression.upper())
        expected = tf.data.TFRecordDataset(str(plain))
        assert [record.numpy() for record in records] == [record.numpy() for record in expected]
