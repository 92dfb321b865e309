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


DTYPES = [
    *("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64", "complex64", "complex128", "bool"),
]


def generate(spark, folder, kind, count=2, **options):
    """Writes objects whose sizes are an option, or follow from others, and returns their files."""
    options = {"objectType": kind, "objectName": "{}", "seed": SEED, **options}
    spark.range(count).write.format("s3dlio").options(**options).mode("append").save(f"file://{folder}")
    return [folder / str(index) for index in range(count)]


def load(file, kind):
    """Returns an array with the samples last, and its labels, if the format has some."""
    if kind == "npy":
        return np.load(file, allow_pickle=False), None
    if kind == "npz":
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
        with np.load(file, allow_pickle=False) as arrays:
            return arrays["x"], arrays["y"]
    with h5py.File(file) as data:
        return np.moveaxis(data["records_0"][()], 0, -1), data["labels"][()]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["npz", "npy", "hdf5"])
def test_dtypes(spark, tmp_path, kind, dtype):
    for samples in (1, 5):
        files = generate(
            spark, tmp_path / str(samples), kind, objectSize=200_003, dtype=dtype, recordsPerObject=samples
        )
        for file in files:
            array, _ = load(file, kind)
            assert file.stat().st_size == 200_003
            assert array.dtype == np.dtype(dtype)
            assert array.ndim == 3 and array.shape[-1] == samples
            assert 200_003 - 4096 - 1600 < array.nbytes < 200_003
            check_values(array)
        assert not np.array_equal(load(files[0], kind)[0], load(files[1], kind)[0])


def check_values(array):
    """Checks that numbers are finite and of all sizes, and truth values of both kinds."""
    if array.dtype == np.bool_:
        assert np.isin(array.view(np.uint8), (0, 1)).all()
        assert abs(array.mean() - 0.5) < 0.01
    else:
        assert np.isfinite(array).all()
    if array.dtype.kind in "ui":
        limits = np.iinfo(array.dtype)
        assert array.max() > limits.max * 0.98
        assert limits.min == 0 or array.min() < limits.min * 0.98
    if array.dtype.kind == "f":
        assert 0.45 < (array > 0).mean() < 0.55


@pytest.mark.parametrize("shape", ["1", "10", "224,224,3", "3,5,7,9", ",".join(["2"] * 12 + ["1"] * 19)])
@pytest.mark.parametrize("kind", ["npz", "npy", "hdf5"])
def test_shapes(spark, tmp_path, kind, shape):
    lengths = tuple(int(length) for length in shape.split(","))
    options = {"shape": shape, "dtype": "float32", "recordsPerObject": 3}
    for index, file in enumerate(generate(spark, tmp_path, kind, **options)):
        array, labels = load(file, kind)
        assert array.dtype == np.float32 and array.shape == (*lengths, 3)
        if labels is not None:
            assert labels.tolist() == [3 * index, 3 * index + 1, 3 * index + 2]
        assert np.isfinite(array).all()
        assert 0 < file.stat().st_size - array.nbytes < 5000


def test_types_that_rows_name(spark, tmp_path):
    """All types in one job, each with its own size."""
    kinds = ["tfrecord", "npz", "npy", "hdf5"]
    rows = [(i, kinds[i % 4], 50_000 + 1_000 * i) for i in range(12)]
    data = spark.createDataFrame(rows, "id long, object_type string, size long").repartition(3)
    options = {"objectName": "{}", "dtype": "int32", "recordsPerObject": 4}
    data.write.format("s3dlio").options(**options).mode("append").save(f"file://{tmp_path}")
    for index, kind, size in rows:
        file = tmp_path / str(index)
        assert file.stat().st_size == size
        if kind == "tfrecord":
            assert sum(1 for _ in tf.data.TFRecordDataset(str(file))) == 4
        else:
            array, _ = load(file, kind)
            assert array.dtype == np.int32 and array.shape[-1] == 4


@pytest.mark.parametrize("kind", ["tfrecord", "npz", "npy", "hdf5"])
def test_files_that_deduplicate_and_compress(spark, tmp_path, kind):
    options = {"objectSize": MIB, "dedupe": 2, "compress": 3, "recordsPerObject": 2}
    for file in generate(spark, tmp_path, kind, count=5, **options):
        if kind == "tfrecord":
            assert sum(1 for _ in tf.data.TFRecordDataset(str(file))) == 2
        else:
            array, _ = load(file, kind)
            assert 0.6 < (array == 0).mean() < 0.7
