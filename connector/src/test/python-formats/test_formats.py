"""Objects in file formats, read by the libraries that people read them with."""

import os
import zipfile

import h5py
import numpy as np
import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import tensorflow as tf  # noqa: E402
from conftest import MIB  # noqa: E402

SEED = 42


def write(spark, folder, kind, sizes, records=1):
    """Writes objects of these sizes and returns their files, each in its place."""
    rows = spark.createDataFrame(list(enumerate(sizes)), "id long, size long").repartition(2)
    options = {"objectType": kind, "objectName": "{}", "seed": SEED, "recordsPerObject": records}
    rows.write.format("s3dlio").options(**options).mode("append").save(f"file://{folder}")
    files = [folder / str(index) for index in range(len(sizes))]
    assert [file.stat().st_size for file in files] == list(sizes)
    return files


def sizes_from(least):
    """Every size from the least on, then what lies around pages, and more than a part."""
    sizes = [
        *range(least, least + 150),
        *range(4080, 4120),
        *range(8180, 8200),
        *range(16_430, 16_560),
        65_537,
        MIB - 1,
        MIB,
        MIB + 1,
        2 * MIB + 60,
        2 * MIB + 137,
        20 * MIB + 3,
    ]
    return [size for size in sizes if size >= least]


FEATURES = {"image": tf.io.FixedLenFeature([], tf.string), "size": tf.io.FixedLenFeature([], tf.int64)}


@pytest.mark.parametrize("records", [1, 3, 100])
def test_tfrecord(spark, tmp_path, records):
    images = set()
    sizes = sizes_from(48 * records)
    large = 0
    for file, size in zip(write(spark, tmp_path, "tfrecord", sizes, records), sizes):
        count = 0
        for record in tf.data.TFRecordDataset(str(file)):
            example = tf.io.parse_single_example(record, FEATURES)
            image = example["image"].numpy()
            assert example["size"].numpy() == len(image)
            assert tf.train.Example.FromString(record.numpy()).features.feature["image"].bytes_list.value == [image]
            assert size // records - len(image) < 100
            if len(image) > 32:
                large += 1
                images.add(image[:32])
            count += 1
        assert count == records
    # What is alike is too short to differ.
    assert len(images) == large > 300


def test_tfrecords_in_batches(spark, tmp_path):
    """As DLIO reads them: by another parser of TensorFlow's."""
    sizes = list(range(60, 700)) + list(range(16_430, 16_560))
    files = write(spark, tmp_path, "tfrecord", sizes)
    for batch in tf.data.TFRecordDataset([str(file) for file in files]).batch(70, drop_remainder=True):
        examples = tf.io.parse_example(batch, FEATURES)
        assert examples["size"].numpy().tolist() == [len(image) for image in examples["image"].numpy()]


def test_most_examples_are_byte_for_byte_what_tensorflow_writes(spark, tmp_path):
    sizes = [100, 1000, 20_000, 100_000, 3 * MIB]
    for file, size in zip(write(spark, tmp_path / "ours", "tfrecord", sizes), sizes):
        [record] = [record.numpy() for record in tf.data.TFRecordDataset(str(file))]
        image = tf.train.Example.FromString(record).features.feature["image"].bytes_list.value[0]
        feature = {
            "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[image])),
            "size": tf.train.Feature(int64_list=tf.train.Int64List(value=[len(image)])),
        }
        example = tf.train.Example(features=tf.train.Features(feature=feature))
        theirs = tmp_path / f"theirs-{size}"
        with tf.io.TFRecordWriter(str(theirs)) as writer:
            writer.write(example.SerializeToString(deterministic=True))
        assert theirs.read_bytes() == file.read_bytes()


def test_tensorflow_finds_a_flipped_bit(spark, tmp_path):
    [file] = write(spark, tmp_path, "tfrecord", [100_000])
    content = bytearray(file.read_bytes())
    content[50_000] ^= 1
    file.write_bytes(content)
    with pytest.raises(tf.errors.DataLossError):
        list(tf.data.TFRecordDataset(str(file)))


def check_images(images, samples, size, least):
    """Checks an array of bytes whose last axis is the samples, and returns what tells it apart."""
    assert images.dtype == np.uint8
    assert images.ndim == 3
    assert images.shape[-1] == samples
    assert size - least + samples - 4096 < images.size <= size - least + samples
    if images.size > 10_000:
        # Random bytes: each value is there as often as any other.
        counts = np.bincount(images.reshape(-1), minlength=256)
        assert abs(counts / images.size - 1 / 256).max() < 0.005
    return images.tobytes()[:32]


@pytest.mark.parametrize("samples", [1, 3, 100])
def test_npz(spark, tmp_path, samples):
    least = 479 + 9 * samples
    sizes = sizes_from(least)
    seen = set()
    for index, (file, size) in enumerate(zip(write(spark, tmp_path, "npz", sizes, samples), sizes)):
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert [member.filename for member in archive.infolist()] == ["x.npy", "y.npy"]
            assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}
        with np.load(file, allow_pickle=False) as arrays:
            assert arrays.files == ["x", "y"]
            images, labels = arrays["x"], arrays["y"]
        assert labels.dtype == np.int64
        assert labels.tolist() == list(range(index * samples, (index + 1) * samples))
        assert images[..., samples - 1].shape == images.shape[:2]
        seen.add((check_images(images, samples, size, least), index))
    assert len(seen) == len(sizes)


@pytest.mark.parametrize("samples", [1, 3, 100])
def test_npy(spark, tmp_path, samples):
    least = 128 + samples
    sizes = sizes_from(least)
    files = write(spark, tmp_path, "npy", sizes, samples)
    for file, size in zip(files, sizes):
        images = np.load(file, allow_pickle=False)
        check_images(images, samples, size, least)
        mapped = np.load(file, mmap_mode="r", allow_pickle=False)
        assert mapped.offset + mapped.nbytes == size
        if size % 64 == 0 and samples == 1 and size > 8192:
            assert mapped.offset % 64 == 0


@pytest.mark.parametrize("samples", [1, 3, 100])
def test_hdf5(spark, tmp_path, samples):
    least = 1312 + 9 * samples
    sizes = sizes_from(least)
    files = write(spark, tmp_path, "hdf5", sizes, samples)
    for index, (file, size) in enumerate(zip(files, sizes)):
        with h5py.File(file) as data:
            assert sorted(data) == ["labels", "records_0"]
            records, labels = data["records_0"], data["labels"]
            assert records.chunks is None and labels.dtype == np.int64
            assert labels[:].tolist() == list(range(index * samples, (index + 1) * samples))
            assert records[0].shape == records.shape[1:]
            check_images(np.moveaxis(records[:], 0, -1), samples, size, least)
            assert records.id.get_offset() + records.nbytes == size
            assert data.id.get_filesize() == size
