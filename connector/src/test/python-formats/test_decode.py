"""Files that numpy and h5py wrote, read as rows of arrays, value for value."""

import h5py
import numpy as np
import pandas as pd
import pytest

SEED = 7
MODES = ["columnar", "rows"]


def arrays(rng):
    """Arrays of many types, shapes and orders."""
    yield "bytes", rng.integers(0, 255, (5, 7, 3), dtype=np.uint8)
    yield "flags", rng.integers(0, 2, (4, 6)).astype(bool)
    yield "small", rng.integers(-99, 99, (3, 1, 2), dtype=np.int16)
    yield "big", rng.integers(-(2**60), 2**60, 11).astype(">i8")
    yield "half", rng.random((2, 9)).astype(np.float16)
    yield "fortran", np.asfortranarray(rng.random((6, 5, 4)))
    yield "floats", rng.random((1000, 257)).astype(np.float32)
    yield "complex", (rng.random(5) + 1j * rng.random(5)).astype(np.complex64)
    yield "none", np.zeros((0, 3), np.float32)
    yield "one", np.array(3.5)
    yield "text", np.array([b"ab", b"", b"xyz"])


def read(spark, folder, mode="columnar", **options):
    return spark.read.format("s3dlio").options(readMode=mode, **options).load(f"file://{folder}")


def array(row):
    return np.frombuffer(row["data"], np.dtype(row["dtype"])).reshape(row["shape"])


def same(actual, expected):
    assert actual.dtype == expected.dtype.newbyteorder("=")
    assert actual.shape == expected.shape
    assert np.array_equal(actual, expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(spark, tmp_path, save, mode):
    expected = dict(arrays(np.random.default_rng(SEED)))
    save(tmp_path / "a.npz", **expected)
    rows = read(spark, tmp_path, mode, decode="npz").collect()
    assert [row["name"] for row in rows] == list(expected)
    assert [row["index"] for row in rows] == list(range(len(expected)))
    for row in rows:
        same(array(row), expected[row["name"]])
    named = read(spark, tmp_path, mode, decode="npz", arrays="one,bytes").collect()
    assert [row["name"] for row in named] == ["one", "bytes"]


@pytest.mark.parametrize("mode", MODES)
def test_npy(spark, tmp_path, mode):
    expected = dict(arrays(np.random.default_rng(SEED)))
    for name, value in expected.items():
        np.save(tmp_path / f"{name}.npy", value)
    rows = read(spark, tmp_path, mode, decode="auto").collect()
    assert len(rows) == len(expected)
    for row in rows:
        assert row["name"] is None
        same(array(row), expected[row["path"].split("/")[-1].removesuffix(".npy")])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize(
    "layout",
    [{}, {"chunks": True}, {"chunks": True, "compression": "gzip"}, {"chunks": True, "compression": 9, "shuffle": True}],
)
def test_hdf5(spark, tmp_path, layout, libver, mode):
    expected = dict(arrays(np.random.default_rng(SEED)))
    with h5py.File(tmp_path / "a.h5", "w", libver=libver) as file:
        for name, value in expected.items():
            chunked = layout if value.ndim and value.size else {}
            file.create_dataset(f"group/{name}", data=value, **chunked)
    rows = read(spark, tmp_path, mode, decode="hdf5").collect()
    assert sorted(row["name"] for row in rows) == sorted(f"group/{name}" for name in expected)
    for row in rows:
        same(array(row), expected[row["name"].removeprefix("group/")])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["savez", "compressed", "hdf5"])
def test_samples(spark, tmp_path, kind, mode):
    rng = np.random.default_rng(SEED)
    first = {f"{i}": rng.random((20 + i, 30, 31)).astype(np.float32) for i in range(3)}
    for name, value in first.items():
        labels = np.arange(len(value))
        if kind == "hdf5":
            with h5py.File(tmp_path / f"{name}.hdf5", "w") as file:
                file["x"], file["y"] = value, labels
        else:
            save = np.savez if kind == "savez" else np.savez_compressed
            save(tmp_path / f"{name}.npz", x=np.moveaxis(value, 0, -1), y=labels)
    options = {"decode": "auto", "rowPerSample": True, "maxBatchBytes": "10k"}
    rows = read(spark, tmp_path, mode, **options).collect()
    assert len(rows) == 2 * sum(len(value) for value in first.values())
    for row in rows:
        value = first[row["path"].split("/")[-1].split(".")[0]]
        same(array(row), value[row["index"]] if row["name"] == "x" else np.int64(row["index"]))


def test_samples_along_another_axis(spark, tmp_path):
    value = np.arange(2 * 3 * 5).reshape(2, 3, 5)
    np.savez(tmp_path / "a.npz", images=value)
    for axis in [0, 1, 2, -1, -3]:
        rows = read(spark, tmp_path, decode="npz", rowPerSample=True, sampleAxis=axis).collect()
        assert len(rows) == value.shape[axis]
        for row in rows:
            same(array(row), np.take(value, row["index"], axis))


def test_every_consumer(spark, tmp_path):
    for i in range(5):
        np.savez(tmp_path / f"{i}.npz", x=np.full((4, 100_000), i, np.int32), y=np.arange(4))

    def sums(batches):
        for batch in batches:
            for row in batch.to_pandas().itertuples():
                value = np.frombuffer(row.data, row.dtype).reshape(tuple(row.shape))
                yield pd.DataFrame({"sum": [int(value.sum())]})

    frame = read(spark, tmp_path, decode="npz", arrays="x").select("dtype", "shape", "data")
    expected = [400_000 * i for i in range(5)]
    assert sorted(row["sum"] for row in frame.mapInArrow(arrow(sums), "sum long").collect()) == expected
    assert sorted(int(array(row).sum()) for row in frame.toPandas().to_dict("records")) == expected
    assert frame.select("dtype").distinct().collect()[0][0] == "<i4"


def arrow(function):
    import pyarrow as pa

    def mapped(batches):
        for frame in function(batches):
            yield pa.RecordBatch.from_pandas(frame)

    return mapped


@pytest.mark.parametrize("kind", ["npz", "npy", "hdf5"])
def test_what_we_write(spark, tmp_path, kind):
    options = {"objectType": kind, "recordsPerObject": 6, "objectSize": "1mb", "objectName": "{}." + kind}
    spark.range(4).write.format("s3dlio").options(**options).mode("append").save(f"file://{tmp_path}")
    rows = read(spark, tmp_path, decode=kind, rowPerSample=True).collect()
    arrays_of_each = 1 if kind == "npy" else 2
    assert len(rows) == 4 * 6 * arrays_of_each
    for row in rows:
        path = row["path"].removeprefix("file://")
        value = array(row)
        if kind == "npz":
            whole = np.load(path)[row["name"]]
            same(value, whole[..., row["index"]])
        elif kind == "npy":
            same(value, np.load(path)[..., row["index"]])
        else:
            with h5py.File(path) as file:
                same(value, file[row["name"]][row["index"]])


def test_damage_names_the_object(spark, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(1000))
    bytes_ = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(bytes_[:-40])
    with pytest.raises(Exception, match=r"Cannot decode file://.*a\.npz: at byte \d+"):
        read(spark, tmp_path, decode="npz").collect()
