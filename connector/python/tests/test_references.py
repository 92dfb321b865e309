"""References made by hand, as the data source makes them, without Spark."""

import os

import pandas as pd
import pyarrow as pa
import pytest

from s3dlio_spark import StaleReferenceError, as_numpy, contents, with_content

MASK = (1 << 64) - 1
TYPE = pa.struct(
    [
        ("segment", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("stamp", pa.int64()),
        ("inline", pa.binary()),
    ]
)


def reference(path, offset=0, length=None):
    now = os.stat(path)
    stamp = (
        now.st_size * 0x9E3779B97F4A7C15
        + now.st_mtime_ns * 0xC2B2AE3D27D4EB4F
        + now.st_ino * 0x165667B19E3779F9
    ) & MASK
    return {
        "segment": f"file://{path}",
        "offset": offset,
        "length": now.st_size - offset if length is None else length,
        "stamp": stamp - (1 << 64) if stamp >> 63 else stamp,
        "inline": None,
    }


def inline(content):
    return {"segment": None, "offset": 0, "length": len(content), "stamp": 0, "inline": content}


def batch(references):
    names = [f"r{i}" for i in range(len(references))]
    return pa.record_batch(
        {"name": pa.array(names), "_content_ref": pa.array(references, type=TYPE)}
    )


@pytest.fixture
def files(tmp_path):
    result = []
    for index, size in enumerate([0, 1, 5000, 300_000]):
        path = tmp_path / f"file {index} ä%.bin"
        path.write_bytes(os.urandom(size))
        result.append(path)
    return result


def run(batches, fn, **options):
    return list(with_content(fn, **options)(iter(batches)))


def read_all(batches, **options):
    seen = []

    def fn(part):
        seen.append([value.as_py() for value in part["content"]])
        return part.select(["name"])

    out = run(batches, fn, **options)
    assert sum(part.num_rows for part in out) == sum(each.num_rows for each in batches)
    return seen


def test_content_takes_the_place_of_the_reference(files):
    def fn(part):
        assert part.schema.names == ["name", "content"]
        assert part.schema.field("content").type == pa.binary()
        return part

    (out,) = run([batch([reference(path) for path in files])], fn)
    assert out["content"].to_pylist() == [path.read_bytes() for path in files]


def test_a_reference_is_a_range_of_its_file(files):
    whole = files[2].read_bytes()
    refs = [reference(files[2], 10, 100), reference(files[2], 4999), reference(files[2], 5000)]
    assert read_all([batch(refs)]) == [[whole[10:110], whole[4999:], b""]]


def test_inline_content_and_files_mix(files):
    refs = [inline(b"abc"), reference(files[2]), inline(b"")]
    assert read_all([batch(refs)]) == [[b"abc", files[2].read_bytes(), b""]]


def test_batches_are_cut_by_bytes(files):
    refs = [reference(files[2])] * 7 + [reference(files[3])] + [reference(files[1])]
    parts = read_all([batch(refs)], max_bytes=10_000)
    assert [len(part) for part in parts] == [2, 2, 2, 1, 1, 1]
    assert [value for part in parts for value in part] == (
        [files[2].read_bytes()] * 7 + [files[3].read_bytes(), files[1].read_bytes()]
    )


def test_an_empty_batch_stays_a_batch():
    assert read_all([batch([])]) == [[]]


def test_a_sliced_batch_reads_its_own_rows(files):
    refs = [inline(b"no"), inline(b"yes"), reference(files[2]), inline(b"no")]
    assert read_all([batch(refs).slice(1, 2)]) == [[b"yes", files[2].read_bytes()]]


def test_what_fn_keeps_is_not_written_over(files):
    kept = []

    def fn(part):
        kept.append(part["content"])
        return part.select(["name"])

    batches = [batch([reference(files[2])]), batch([reference(files[3])])] * 5
    run(batches, fn)
    expected = [files[2].read_bytes(), files[3].read_bytes()] * 5
    assert [column[0].as_py() for column in kept] == expected


def test_memory_is_used_again_when_nobody_looks(files):
    addresses = set()

    def fn(part):
        addresses.add(part["content"].buffers()[2].address)
        return part.select(["name"])

    run([batch([reference(files[3])])] * 20, fn)
    assert len(addresses) <= 2


def test_fn_may_return_several_batches(files):
    out = run([batch([inline(b"a")])], lambda part: [part, part])
    assert [part["content"].to_pylist() for part in out] == [[b"a"], [b"a"]]


@pytest.mark.parametrize("change", ["append", "replace", "touch", "shrink"])
def test_another_version_is_an_error(files, change):
    path = files[2]
    refs = batch([reference(path)])
    if change == "append":
        with path.open("ab") as file:
            file.write(b"x")
    elif change == "shrink":
        os.truncate(path, 10)
    elif change == "touch":
        os.utime(path, ns=(0, os.stat(path).st_mtime_ns + 1))
    else:
        other = path.with_suffix(".new")
        other.write_bytes(os.urandom(5000))
        os.utime(other, ns=(0, os.stat(path).st_mtime_ns))
        other.rename(path)
    with pytest.raises(StaleReferenceError, match="file 2 ä%.bin: it was written again since"):
        read_all([refs])


def test_a_deleted_file_is_an_error_that_explains(files):
    refs = batch([reference(files[2])])
    files[2].unlink()
    with pytest.raises(StaleReferenceError, match="not on this host, or was deleted"):
        read_all([refs])


def test_a_batch_without_references_is_refused():
    with pytest.raises(ValueError, match=r"\['x'\] and no _content_ref.*Select it by name"):
        run([pa.record_batch({"x": pa.array([1])})], lambda part: part)


def test_max_bytes_must_be_positive():
    with pytest.raises(ValueError, match="Invalid max_bytes: 0"):
        with_content(lambda part: part, max_bytes=0)


def test_contents_of_an_arrow_array(files):
    refs = pa.array([reference(files[2]), inline(b"abc"), reference(files[0])], type=TYPE)
    expected = [files[2].read_bytes(), b"abc", b""]
    views = list(contents(refs))
    assert [bytes(view) for view in views] == expected
    assert all(view.readonly for view in views)
    assert [bytes(view) for view in contents(pa.chunked_array([refs, refs]))] == expected * 2


def test_contents_of_a_pandas_frame(files):
    frame = pd.DataFrame([reference(files[2]), inline(b"abc")])
    assert [bytes(view) for view in contents(frame)] == [files[2].read_bytes(), b"abc"]


def test_contents_of_anything_else_is_refused():
    with pytest.raises(TypeError, match="Invalid references: int"):
        next(contents(5))


def test_numpy_sees_the_content_itself(files):
    (view,) = contents(pa.array([reference(files[2])], type=TYPE))
    array = as_numpy(view, "uint8", (50, 100))
    assert array.tobytes() == files[2].read_bytes()
    assert not array.flags.writeable and not array.flags.owndata
    with pytest.raises(ValueError):
        as_numpy(view, "uint8", (51, 100))
