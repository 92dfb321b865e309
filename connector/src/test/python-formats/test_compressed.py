"""Compressed objects, read by the libraries that people read them with."""

import gzip
import os
import zipfile
import zlib

import h5py
import numpy as np
import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import tensorflow as tf  # noqa: E402
from conftest import MIB  # noqa: E402

SAMPLES = 3
SIZES = [2000, 65_537, MIB, 3 * MIB + 77]


def write(spark, folder, kind, compression, sizes=SIZES, samples=SAMPLES):
    """Writes objects of these sizes and returns their files, each in its place."""
    rows = spark.createDataFrame(list(enumerate(sizes)), "id long, size long").repartition(2)
    options = {"objectType": kind, "objectName": "{}", "recordsPerObject": samples, "compression": compression}
    rows.write.format("s3dlio").options(**options).mode("append").save(f"file://{folder}")
    return [folder / str(index) for index in range(len(sizes))]


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


# Chunks of a byte and of a sample, as many as a node of their tree has and one more, and parts of samples.
@pytest.mark.parametrize("size,samples", [(38_176, 4096), (200_000, 64), (200_000, 65), (5000, 100), (7 * MIB + 5, 2)])
def test_hdf5(spark, tmp_path, size, samples):
    [file] = write(spark, tmp_path / "gzip", "hdf5", "gzip", [size], samples)
    [plain] = write(spark, tmp_path / "plain", "hdf5", "none", [size], samples)
    with h5py.File(file) as data, h5py.File(plain) as expected:
        assert sorted(data) == sorted(expected) == ["labels", "records_0"]
        for name in data:
            assert data[name].dtype == expected[name].dtype
            assert np.array_equal(data[name][()], expected[name][()])
        records = data["records_0"]
        assert records.compression == "gzip"
        assert records.chunks[0] == 1
        assert np.array_equal(records[samples - 1], expected["records_0"][samples - 1])
        assert data.id.get_filesize() == file.stat().st_size
