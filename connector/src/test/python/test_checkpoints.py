"""Checkpoints saved and loaded from Python, in one line each."""

import json

import pytest
from conftest import ERRORS, MIB


def states(spark, contents):
    return spark.createDataFrame(
        [(name, rank, bytearray(content)) for (name, rank), content in contents.items()],
        "name string, rank int, content binary",
    )


def save(rows, folder, checkpoint="next"):
    writer = rows.write.format("s3dlio").option("checkpoint", checkpoint)
    writer.mode("append").save(f"file://{folder}")


def load(spark, folder, checkpoint="latest"):
    frame = spark.read.format("s3dlio").option("checkpoint", checkpoint).load(f"file://{folder}")
    rows = frame.select("name", "rank", "content").collect()
    return {(row["name"], row["rank"]): bytes(row["content"]) for row in rows}


def test_a_checkpoint_comes_back(spark, tmp_path):
    first = {("model/layer.0", rank): bytes([rank]) * MIB for rank in range(3)}
    second = {("model/layer.0", 0): b"", ("optimizer", 0): bytes(range(256)) * 100}
    save(states(spark, first), tmp_path)
    save(states(spark, second), tmp_path, 41)
    assert load(spark, tmp_path) == second
    assert load(spark, tmp_path, 0) == first
    assert json.loads((tmp_path / "latest.json").read_text())["step"] == 41


def test_a_step_is_saved_once(spark, tmp_path):
    save(states(spark, {("model", 0): b"one"}), tmp_path, 5)
    with pytest.raises(ERRORS, match="step 5 has a complete checkpoint"):
        save(states(spark, {("model", 0): b"two"}), tmp_path, 5)
    assert load(spark, tmp_path) == {("model", 0): b"one"}


def test_damage_is_told(spark, tmp_path):
    save(states(spark, {("model", 0): b"good"}), tmp_path)
    (state,) = (file for file in tmp_path.glob("data/*/rank=0/name=model/*"))
    state.write_bytes(b"bad!")
    with pytest.raises(ERRORS, match="CRC-32C"):
        load(spark, tmp_path)
