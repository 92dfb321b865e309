"""DataFrames as files, read by the libraries that people read them with."""

import decimal
import gzip
import os
import zipfile

import numpy as np
import pytest
from pyspark.sql import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import tensorflow as tf  # noqa: E402


def save(rows, folder, encode, mode="append", partition_by=None, **options):
    """Writes rows and returns the files."""
    writer = rows.write.format("s3dlio").options(encode=encode, **options).mode(mode)
    if partition_by:
        writer = writer.partitionBy(*partition_by)
    writer.save(f"file://{folder}")
    assert (folder / "_SUCCESS").exists()
    return files_of(folder)


def files_of(folder):
    return sorted(path for path in folder.rglob("part-*") if "_s3dlio" not in path.parts)


def records(files, compression=""):
    return [record.numpy() for record in tf.data.TFRecordDataset([str(file) for file in files], compression)]


# No name begins another: TensorFlow in Python puts the longer of two such first, in C++ the shorter.
SCHEMA = types.StructType(
    [
        types.StructField("z_flag", types.BooleanType()),
        types.StructField("byte", types.ByteType()),
        types.StructField("short", types.ShortType()),
        types.StructField("int", types.IntegerType()),
        types.StructField("long", types.LongType()),
        types.StructField("float", types.FloatType()),
        types.StructField("double", types.DoubleType()),
        types.StructField("decimal", types.DecimalType(20, 4)),
        types.StructField("string", types.StringType()),
        types.StructField("binary", types.BinaryType()),
        types.StructField("some_longs", types.ArrayType(types.LongType())),
        types.StructField("some_floats", types.ArrayType(types.FloatType())),
        types.StructField("some_strings", types.ArrayType(types.StringType())),
        types.StructField("Ünicode", types.ArrayType(types.BinaryType())),
        types.StructField("nothing", types.NullType()),
    ]
)

ROWS = [
    (
        i % 2 == 0,
        i - 128,
        -i * 100,
        i * 1_000_003,
        -(2**63) + i if i % 3 else 2**63 - 1 - i,
        i / 3,
        1e30 if i == 7 else i / 7,
        decimal.Decimal(i).scaleb(-3),
        "é" * i,
        bytes(range(i % 256)) * i,
        [j - 3 for j in range(i % 6)],
        [j / 3 for j in range(i % 5)],
        [str(j) for j in range(i % 4)],
        [b"", bytes(i)],
        None,
    )
    for i in range(200)
]


def int64(*values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[int(v) for v in values]))


def floats(*values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def texts(*values):
    return tf.train.Feature(
        bytes_list=tf.train.BytesList(value=[v.encode() if isinstance(v, str) else bytes(v) for v in values])
    )


def features_of(row):
    kinds = {
        "z_flag": int64, "byte": int64, "short": int64, "int": int64, "long": int64, "float": floats,
        "double": floats, "decimal": lambda v: floats(float(v)),
        "string": texts, "binary": texts,
    }
    lists = {"some_longs": int64, "some_floats": floats, "some_strings": texts, "Ünicode": texts}
    features = {}
    for name, value in zip(SCHEMA.names, row):
        if value is not None:
            features[name] = kinds[name](value) if name in kinds else lists[name](*value)
    return features


def serialized(row):
    example = tf.train.Example(features=tf.train.Features(feature=features_of(row)))
    return example.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    "options, compression, suffix",
    [
        ({}, "", ".tfrecord"),
        ({"compression": "gzip"}, "GZIP", ".tfrecord.gz"),
        ({"codec": "org.apache.hadoop.io.compress.GzipCodec"}, "GZIP", ".tfrecord.gz"),
    ],
)
def test_examples_are_byte_for_byte_what_tensorflow_writes(spark, tmp_path, options, compression, suffix):
    rows = spark.createDataFrame(ROWS, SCHEMA).repartition(3)
    files = save(rows, tmp_path / "out", "tfrecord", **options)
    assert len(files) == 3
    assert all(file.name.endswith(suffix) for file in files)
    assert sorted(records(files, compression)) == sorted(serialized(row) for row in ROWS)


def test_a_file_is_byte_for_byte_what_tensorflow_writes(spark, tmp_path):
    rows = spark.createDataFrame(ROWS, SCHEMA).coalesce(1)
    [file] = save(rows, tmp_path / "out", "tfrecord")
    with tf.io.TFRecordWriter(str(tmp_path / "theirs")) as writer:
        for row in ROWS:
            writer.write(serialized(row))
    assert file.read_bytes() == (tmp_path / "theirs").read_bytes()


def test_parse_single_example(spark, tmp_path):
    rows = spark.range(500).selectExpr("id", "id / 4 as quarter", "cast(id as string) as text", "array(id, -id) as pair")
    files = save(rows, tmp_path, "tfrecord", maxRecordsPerFile=70)
    features = {
        "id": tf.io.FixedLenFeature([], tf.int64),
        "quarter": tf.io.FixedLenFeature([], tf.float32),
        "text": tf.io.FixedLenFeature([], tf.string),
        "pair": tf.io.FixedLenFeature([2], tf.int64),
    }
    seen = set()
    for file in files:
        of_file = [tf.io.parse_single_example(record, features) for record in records([file])]
        assert 0 < len(of_file) <= 70
        for example in of_file:
            number = int(example["id"])
            seen.add(number)
            assert float(example["quarter"]) == number / 4
            assert example["text"].numpy() == str(number).encode()
            assert example["pair"].numpy().tolist() == [number, -number]
    assert seen == set(range(500))


def test_nulls_are_left_out(spark, tmp_path):
    rows = spark.createDataFrame([(1, None, "a"), (None, [1.5], None)], "a int, b array<float>, c string").coalesce(1)
    files = save(rows, tmp_path, "tfrecord")
    names = [sorted(tf.train.Example.FromString(record).features.feature) for record in records(files)]
    assert names == [["a", "c"], ["b"]]


def test_sequence_examples(spark, tmp_path):
    rows = spark.createDataFrame(
        [(i, [[j, j + 1] for j in range(i)], [["x" * i], []], [0.5, float(i)]) for i in range(20)],
        "id long, frames array<array<int>>, words array<array<string>>, context array<double>",
    ).coalesce(1)
    files = save(rows, tmp_path, "tfrecord", recordType="SequenceExample")
    for i, record in enumerate(records(files)):
        expected = tf.train.SequenceExample(
            context=tf.train.Features(feature={"id": int64(i), "context": floats(0.5, i)}),
            feature_lists=tf.train.FeatureLists(
                feature_list={
                    "frames": tf.train.FeatureList(feature=[int64(j, j + 1) for j in range(i)]),
                    "words": tf.train.FeatureList(feature=[texts("x" * i), texts()]),
                }
            ),
        )
        assert record == expected.SerializeToString(deterministic=True)
        context, lists = tf.io.parse_single_sequence_example(
            record,
            context_features={"id": tf.io.FixedLenFeature([], tf.int64)},
            sequence_features={"frames": tf.io.FixedLenSequenceFeature([2], tf.int64)},
        )
        assert int(context["id"]) == i
        assert lists["frames"].numpy().tolist() == [[j, j + 1] for j in range(i)]


def test_byte_arrays(spark, tmp_path):
    rows = spark.createDataFrame([(bytes([i]) * i,) for i in range(100)], "anything binary").coalesce(1)
    files = save(rows, tmp_path, "tfrecord", recordType="ByteArray")
    assert records(files) == [bytes([i]) * i for i in range(100)]


def test_large_records(spark, tmp_path):
    rows = spark.range(3).selectExpr("id", "cast(repeat(cast(id as string), 20000000) as binary) as image").coalesce(1)
    files = save(rows, tmp_path, "tfrecord")
    for i, record in enumerate(records(files)):
        feature = tf.train.Example.FromString(record).features.feature
        assert feature["image"].bytes_list.value[0] == str(i).encode() * 20_000_000


def test_directories_of_partitions(spark, tmp_path):
    rows = spark.range(100).selectExpr("id", "id % 3 as part", "if(id % 2 = 0, 'a/b', null) as text").repartition(4)
    files = save(rows, tmp_path, "tfrecord", partition_by=["part", "text"])
    seen = []
    for file in files:
        part, text = file.parent.parent.name, file.parent.name
        for record in records([file]):
            feature = tf.train.Example.FromString(record).features.feature
            assert list(feature) == ["id"]
            number = feature["id"].int64_list.value[0]
            assert part == f"part={number % 3}"
            assert text == ("text=a%2Fb" if number % 2 == 0 else "text=__HIVE_DEFAULT_PARTITION__")
            seen.append(number)
    assert sorted(seen) == list(range(100))
    # A task has a directory's rows together.
    assert len(files) <= 4 * 6


def load(file):
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}
        for member in archive.infolist():
            assert member.flag_bits & 8 == 0, "no data descriptor"
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def test_npz(spark, tmp_path):
    count = 1000
    rows = (
        spark.range(count, numPartitions=1)
        .selectExpr(
            "id % 2 = 0 as flag", "cast(id % 100 as byte) as i1", "cast(-id as short) as i2", "cast(id * 1000 as int) as i4",
            "id as i8", "cast(id / 3 as float) as f4", "id / 3 as f8", "unhex(lpad(hex(id), 8, '0')) as raw",
            "concat('é', id, repeat('𝄞', id % 3)) as text", "array(float(id), float(-id), 0.5f) as vector",
            "array(array(id, 1L), array(2L, -id), array(3L, 4L)) as matrix",
        )
    )
    [file] = save(rows, tmp_path, "npz")
    assert file.name.endswith(".npz")
    arrays = load(file)
    ids = np.arange(count)
    assert list(arrays) == rows.columns
    expected = {
        "flag": ids % 2 == 0,
        "i1": (ids % 100).astype(np.int8),
        "i2": (-ids).astype(np.int16),
        "i4": (ids * 1000).astype(np.int32),
        "i8": ids,
        "f4": (ids / 3).astype(np.float32),
        "f8": ids / 3,
        "raw": ids.astype(">u4").view(np.uint8).reshape(count, 4),
        "text": np.array([f"é{i}" + "𝄞" * (i % 3) for i in ids]),
        "vector": np.stack([ids, -ids, np.full(count, 0.5)], axis=1).astype(np.float32),
        "matrix": np.array([[[i, 1], [2, -i], [3, 4]] for i in ids]),
    }
    for name, array in expected.items():
        assert arrays[name].dtype == array.dtype, name
        np.testing.assert_array_equal(arrays[name], array, err_msg=name)


def test_npz_with_samples_last(spark, tmp_path):
    rows = spark.range(50, numPartitions=1).selectExpr(
        "array(array(id, 1L, 7L), array(2L, -id, 9L)) as x", "id as y", "unhex(lpad(hex(id), 4, '0')) as raw"
    )
    # The array of DLIO's name without being asked.
    for axis, raw_axis in [(None, 0), (-1, -1), (0, 0)]:
        options = {} if axis is None else {"sampleAxis": axis}
        [file] = save(rows, tmp_path / str(axis), "npz", **options)
        arrays = load(file)
        x = np.moveaxis(arrays["x"], 0 if axis == 0 else -1, 0)
        raw = np.moveaxis(arrays["raw"], raw_axis, 0)
        assert x.shape == (50, 2, 3) and raw.shape == (50, 2)
        for i in range(50):
            assert x[i].tolist() == [[i, 1, 7], [2, -i, 9]]
            assert raw[i].tolist() == [0, i]
        assert arrays["y"].tolist() == list(range(50))


def test_npz_of_tensors(spark, tmp_path):
    images = [np.arange(24, dtype="<f2").reshape(2, 3, 4) + i for i in range(10)]
    rows = spark.createDataFrame(
        [(("<f2", list(image.shape), image.tobytes()), i) for i, image in enumerate(images)],
        "image struct<dtype string, shape array<bigint>, data binary>, label int",
    ).coalesce(1)
    [file] = save(rows, tmp_path / "first", "npz")
    np.testing.assert_array_equal(load(file)["image"], np.stack(images))
    [file] = save(rows, tmp_path / "last", "npz", sampleAxis=-1)
    np.testing.assert_array_equal(load(file)["image"], np.stack(images, axis=-1))


def test_npz_files_end_with_so_many_rows_or_bytes(spark, tmp_path):
    rows = spark.range(1000, numPartitions=2)
    files = save(rows, tmp_path / "rows", "npz", maxRecordsPerFile=300)
    assert sorted(len(load(file)["id"]) for file in files) == [200, 200, 300, 300]
    files = save(rows, tmp_path / "bytes", "npz", maxBytesPerFile="2k")
    assert sorted(len(load(file)["id"]) for file in files) == [244, 244, 256, 256]
    assert sorted(np.concatenate([load(file)["id"] for file in files])) == list(range(1000))


def test_npz_of_many_bytes(spark, tmp_path):
    rows = spark.range(30, numPartitions=1).selectExpr("id", "unhex(repeat(lpad(hex(id), 2, '0'), 1000001)) as raw")
    [file] = save(rows, tmp_path, "npz")
    arrays = load(file)
    assert arrays["raw"].shape == (30, 1_000_001)
    assert (arrays["raw"] == np.arange(30)[:, None]).all()


@pytest.mark.parametrize("options", [{}, {"compression": "gzip"}, {"recordType": "SequenceExample"}])
def test_records_come_back(spark, tmp_path, options):
    schema = (
        "flag boolean, byte tinyint, short smallint, id int, long bigint, float float, double double, text string, "
        "raw binary, longs array<bigint>, floats array<float>, texts array<string>, none string"
    )
    values = [
        (i % 2 == 0, i, -i, i * 1000, i << 40, i / 4, i / 8, f"é{i}", bytes([i, 255]), [i] * (i % 3), [0.5] * i, ["x"], None)
        for i in range(100)
    ]
    if options.get("recordType"):
        schema += ", nested array<array<int>>"
        values = [(*row, [[i, j] for j in range(i % 3)]) for i, row in enumerate(values)]
    rows = spark.createDataFrame(values, schema)
    save(rows, tmp_path, "tfrecord", **options)
    reading = {key: value for key, value in options.items() if key == "recordType"}
    reading |= {"decode": "tfrecord", "pathGlobFilter": "part-*"}
    back = spark.read.format("s3dlio").options(**reading).schema(schema).load(f"file://{tmp_path}")
    assert sorted(back.collect(), key=lambda row: row.id) == rows.collect()
    inferred = spark.read.format("s3dlio").options(**reading).load(f"file://{tmp_path}")
    assert "none" not in inferred.columns
    assert inferred.selectExpr("sum(id)", "count(distinct text)").first() == (sum(range(100)) * 1000, 100)


def test_samples_come_back(spark, tmp_path):
    rows = spark.range(60, numPartitions=2).selectExpr(
        "array(array(id, 1L, 7L), array(2L, -id, 9L)) as x", "array(id, id + 1) as z", "id as y"
    )
    save(rows, tmp_path, "npz", maxRecordsPerFile=20)
    samples = (
        spark.read.format("s3dlio")
        .options(decode="npz", rowPerSample=True, verifyCrc=True, pathGlobFilter="part-*")
        .load(f"file://{tmp_path}")
        .collect()
    )
    arrays = {}
    for row in samples:
        array = np.frombuffer(row["data"], row["dtype"]).reshape(row["shape"])
        arrays[row["path"], row["index"], row["name"]] = array
    assert len(arrays) == 3 * 60
    seen = set()
    for (path, index, name), y in arrays.items():
        if name == "y":
            seen.add(int(y))
            assert arrays[path, index, "x"].tolist() == [[y, 1, 7], [2, -y, 9]]
            assert arrays[path, index, "z"].tolist() == [y, y + 1]
    assert seen == set(range(60))


@pytest.mark.parametrize("kind", ["npz", "npz direct"])
def test_dlio_reads_images_in_a_column_x(spark, tmp_path, kind):
    import test_dlio

    images = [np.full((40, 30), i, dtype=np.uint8) for i in range(2 * test_dlio.SAMPLES)]
    rows = spark.createDataFrame(
        [(("|u1", list(image.shape), image.tobytes()), i) for i, image in enumerate(images)],
        "x struct<dtype string, shape array<bigint>, data binary>, y bigint",
    ).coalesce(1)
    files = save(rows, tmp_path, "npz", maxRecordsPerFile=test_dlio.SAMPLES)
    dlio = test_dlio.reader(kind, files)
    for number, file in enumerate(files):
        found = dlio.open(str(file))
        dlio.open_file_map[str(file)] = found
        for sample in range(test_dlio.SAMPLES):
            dlio.get_sample(str(file), sample)
            np.testing.assert_array_equal(found[..., sample], images[number * test_dlio.SAMPLES + sample])
