"""Objects written from Python, checked by Python."""

import hashlib

import pytest
from conftest import ERRORS, MIB


def visible(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.relative_to(folder).parts[0].startswith(("_", "."))
    }


def synthetic(spark, folder, seed=42, size="100k"):
    options = {
        "objectType": "random",
        "objectSize": size,
        "objectName": "sample_{:06d}.bin",
        "seed": seed,
    }
    spark.range(12).write.format("s3dlio").options(**options).mode("append").save(f"file://{folder}")


def test_content(spark, tmp_path):
    contents = {"a b.bin": b"", "deep/er/ä%.bin": b"x", "c.bin": bytes(range(256)) * 20_000}
    rows = spark.createDataFrame(
        [(name, bytearray(content)) for name, content in contents.items()],
        "name string, content binary",
    )
    rows.write.format("s3dlio").mode("append").save(f"file://{tmp_path}")
    assert visible(tmp_path) == contents
    assert (tmp_path / "_SUCCESS").is_file()


def test_content_from_a_udf_comes_back(spark, train, tmp_path):
    folder, contents = train
    frame = spark.read.format("s3dlio").load(f"file://{folder}")
    rows = frame.selectExpr("substring_index(path, '/', -1) as name", "content")
    rows.write.format("s3dlio").mode("append").save(f"file://{tmp_path}")
    assert visible(tmp_path) == contents


def test_synthetic_objects(spark, tmp_path):
    synthetic(spark, tmp_path)
    objects = visible(tmp_path)
    assert sorted(objects) == [f"sample_{index:06d}.bin" for index in range(12)]
    assert {len(content) for content in objects.values()} == {100 * 1024}
    assert len({hashlib.sha256(content).digest() for content in objects.values()}) == 12


def test_synthetic_objects_depend_on_the_seed_alone(spark, tmp_path):
    for name, seed in {"one": 1, "again": 1, "two": 2}.items():
        synthetic(spark, tmp_path / name, seed)
    assert visible(tmp_path / "one") == visible(tmp_path / "again")
    assert not set(visible(tmp_path / "one").values()) & set(visible(tmp_path / "two").values())


def test_direct_writes_what_file_reads(spark, tmp_path):
    options = {"objectSize": MIB + 1, "objectName": "{}.bin", "seed": 3}
    rows = spark.range(4).write.format("s3dlio").options(**options).mode("append")
    rows.save(f"direct://{tmp_path}/direct")
    rows.save(f"file://{tmp_path}/file")
    assert visible(tmp_path / "direct") == visible(tmp_path / "file")
    assert len(visible(tmp_path / "file")) == 4


def test_nothing_existing_is_replaced(spark, tmp_path):
    synthetic(spark, tmp_path, seed=1)
    before = visible(tmp_path)
    with pytest.raises(ERRORS, match="sample_"):
        synthetic(spark, tmp_path, seed=2)
    assert visible(tmp_path) == before


def test_the_default_mode_is_refused_by_spark(spark, tmp_path):
    with pytest.raises(ERRORS, match="ErrorIfExists"):
        spark.range(1).write.format("s3dlio").save(f"file://{tmp_path}/new")
