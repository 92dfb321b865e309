"""TFRecord files that TensorFlow wrote, read as columns, value for value; and those that we write of rows."""

import math
import os

import numpy as np
import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import tensorflow as tf  # noqa: E402
from pyspark.sql import functions as f  # noqa: E402
from pyspark.sql import types as t  # noqa: E402

INT, FLOAT, BYTES = "int64_list", "float_list", "bytes_list"


def feature(kind, *values):
    return tf.train.Feature(**{kind: {"value": values}})


def example(**features):
    return tf.train.Example(features=tf.train.Features(feature=features))


def save(file, records, compression=None):
    with tf.io.TFRecordWriter(str(file), compression) as writer:
        for record in records:
            writer.write(record.SerializeToString())


def load(spark, folder, schema=None, **options):
    reader = spark.read.format("s3dlio").options(decode="tfrecord", **options)
    return (reader.schema(schema) if schema else reader).load(f"file://{folder}")


def images(count, start=0):
    rng = np.random.default_rng(start)
    for i in range(start, start + count):
        yield example(
            image=feature(BYTES, rng.bytes(1000)),
            label=feature(INT, -i),
            name=feature(BYTES, f"ä{i}".encode()),
            score=feature(FLOAT, i / 3),
            sizes=feature(INT, *range(i % 4)),
            parts=feature(BYTES, b"\xff\x00", b""),
        )


SCHEMA = "image binary, label bigint, name string, parts array<binary>, score float, sizes array<bigint>"


@pytest.mark.parametrize("compression", [None, "GZIP", "ZLIB"])
def test_columns_are_inferred(spark, tmp_path, compression):
    for i in range(3):
        save(tmp_path / f"{i}.tfrecord", images(40, 100 * i), compression)
    frame = load(spark, tmp_path)
    assert frame.schema == t._parse_datatype_string(SCHEMA)
    rows = {row["label"]: row for row in frame.collect()}
    assert len(rows) == 120
    for i in (0, 100, 200):
        for record in images(40, i):
            values = record.features.feature
            row = rows[values["label"].int64_list.value[0]]
            assert row["image"] == values["image"].bytes_list.value[0]
            assert row["name"] == values["name"].bytes_list.value[0].decode()
            assert row["score"] == values["score"].float_list.value[0]
            assert row["sizes"] == list(values["sizes"].int64_list.value)
            assert row["parts"] == [b"\xff\x00", b""]
    assert frame.where("label < -150 and path like '%2.tfrecord'").count() == 40
    assert frame.select("label").where("label = -7").collect() == [(-7,)]


def test_a_given_schema_is_what_is_read(spark, tmp_path):
    save(tmp_path / "a.tfrecord", images(5))
    frame = load(spark, tmp_path, "score double, label int, none string, sizes array<int>, image string")
    assert [(row["label"], row["none"], row["sizes"]) for row in frame.collect()] == [
        (-i, None, list(range(i % 4))) for i in range(5)
    ]
    assert [row["score"] for row in frame.collect()] == [float(np.float32(i / 3)) for i in range(5)]
    assert load(spark, tmp_path, "label bigint").columns == ["label"]
    with pytest.raises(Exception, match="column 'x' is MAP"):
        load(spark, tmp_path, "x map<string, int>").count()


def test_what_does_not_fit_is_what_the_mode_says(spark, tmp_path):
    records = [example(a=feature(INT, 1)), example(a=feature(BYTES, b"x")), example(a=feature(INT, 2, 3)), example()]
    save(tmp_path / "a.tfrecord", records)
    with pytest.raises(Exception, match=r"a.tfrecord: at byte \d+: the feature 'a' does not fit: .* bytes, not of int64"):
        load(spark, tmp_path, "a bigint").collect()
    assert load(spark, tmp_path, "a bigint", mode="DROPMALFORMED").collect() == [(1,), (None,)]
    kept = load(spark, tmp_path, "a bigint, _corrupt_record binary", mode="PERMISSIVE").collect()
    assert [row["a"] for row in kept] == [1, None, None, None]
    assert [row["_corrupt_record"] for row in kept] == [
        None,
        records[1].SerializeToString(),
        records[2].SerializeToString(),
        None,
    ]
    with pytest.raises(Exception, match="Cannot infer the type of 'a'"):
        load(spark, tmp_path)


def test_sequence_examples(spark, tmp_path):
    records = []
    for i in range(20):
        frames = tf.train.FeatureList(feature=[feature(FLOAT, *np.arange(j, dtype=float)) for j in range(i % 5)])
        words = tf.train.FeatureList(feature=[feature(BYTES, f"w{j}".encode()) for j in range(3)])
        records.append(
            tf.train.SequenceExample(
                context=tf.train.Features(feature={"id": feature(INT, i)}),
                feature_lists=tf.train.FeatureLists(feature_list={"frames": frames, "words": words}),
            )
        )
    save(tmp_path / "a.tfrecord", records)
    frame = load(spark, tmp_path, recordType="SequenceExample")
    assert frame.schema == t._parse_datatype_string(
        "frames array<array<float>>, id bigint, words array<array<string>>"
    )
    for row in frame.collect():
        assert row["frames"] == [[float(k) for k in range(j)] for j in range(row["id"] % 5)]
        assert row["words"] == [["w0"], ["w1"], ["w2"]]


def test_records_as_they_are(spark, tmp_path):
    records = list(images(10))
    save(tmp_path / "a.tfrecord", records)
    rows = load(spark, tmp_path, recordType="ByteArray").collect()
    assert [row["byteArray"] for row in rows] == [record.SerializeToString() for record in records]


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_rows_come_back_as_they_were_written(spark, tmp_path, compression):
    frame = spark.range(1000).select(
        f.col("id"),
        (f.col("id") / 7).cast("float").alias("ratio"),
        f.concat(f.lit("ü"), f.col("id")).alias("text"),
        f.unhex(f.sha2(f.col("id").cast("string"), 256)).alias("hash"),
        f.array(f.col("id"), f.col("id") + 1).alias("pair"),
        f.when(f.col("id") % 3 == 0, f.col("id")).alias("some"),
    )
    options = {"encode": "tfrecord", "compression": compression}
    frame.repartition(3).write.format("s3dlio").options(**options).mode("append").save(f"file://{tmp_path}/out")
    back = load(spark, tmp_path / "out")
    assert sorted(back.columns) == sorted(frame.columns)
    by_id = [sorted(rows.select(frame.columns).collect(), key=lambda row: row["id"]) for rows in (back, frame)]
    assert by_id[0] == by_id[1]
    files = list((tmp_path / "out").glob("part-*"))
    assert len(files) == 3
    names = {"id": tf.io.FixedLenFeature([], tf.int64), "text": tf.io.FixedLenFeature([], tf.string)}
    seen = set()
    for record in tf.data.TFRecordDataset([str(file) for file in files], "GZIP" if compression == "gzip" else None):
        parsed = tf.io.parse_single_example(record, names)
        seen.add((int(parsed["id"]), parsed["text"].numpy().decode()))
    assert seen == {(i, f"ü{i}") for i in range(1000)}


def test_an_object_in_several_tasks_has_each_record_once(spark, tmp_path):
    save(tmp_path / "a.tfrecord", images(2000))
    whole = load(spark, tmp_path)
    assert whole.rdd.getNumPartitions() == 1
    lines, offset = [], 0
    for record in tf.data.TFRecordDataset(str(tmp_path / "a.tfrecord")):
        length = len(record.numpy()) + 16
        lines.append(f"{offset} {length}\n")
        offset += length
    (tmp_path / "a.tfrecord.idx").write_text("".join(lines))
    cut = load(spark, tmp_path, maxPartitionBytes="200k")
    assert cut.rdd.getNumPartitions() >= 10
    assert cut.count() == 2000
    assert cut.select(f.sum("label")).first()[0] == whole.select(f.sum("label")).first()[0] == -sum(range(2000))
    assert cut.select("label").distinct().count() == 2000


def test_our_synthetic_records(spark, tmp_path):
    options = {"objectType": "tfrecord", "recordsPerObject": 8, "objectSize": "1mb", "objectName": "{}.tfrecord"}
    spark.range(4).write.format("s3dlio").options(**options).mode("append").save(f"file://{tmp_path}")
    frame = load(spark, tmp_path)
    assert frame.schema == t._parse_datatype_string("image binary, size bigint")
    assert frame.where(f.length("image") == f.col("size")).count() == 32
    assert math.isclose(frame.agg(f.sum("size")).first()[0], 4 << 20, rel_tol=0.01)
