"""References made by hand, as the data source makes them, without Spark."""

import itertools
import os
import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from s3dlio_spark import ContentReferenceError, StaleReferenceError, as_numpy, contents, with_content

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


class Memory:
    """A segment as the data source makes it: a head with the stamp, and contents side by side."""

    def __init__(self, path, contents, stamp=-7):
        self.path = path
        path.write_bytes(b"s3dlioS1" + struct.pack("<q", stamp) + bytes(4080) + b"".join(contents))
        ends = list(itertools.accumulate(map(len, contents), initial=4096))
        self.references = [
            {
                "segment": f"memory:{path}",
                "offset": offset,
                "length": len(content),
                "stamp": stamp,
                "inline": None,
            }
            for offset, content in zip(ends, contents)
        ]

    def become_anothers(self):
        with self.path.open("r+b") as file:
            file.seek(8)
            file.write(struct.pack("<q", 8))


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


def test_contents_of_a_pandas_series_of_rows(files):
    series = pd.Series([reference(files[2]), inline(b"abc")])
    assert [bytes(view) for view in contents(series)] == [files[2].read_bytes(), b"abc"]


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


def addresses(references):
    """Returns, for each batch that fn gets, where its content begins, and the contents."""
    seen = []

    def fn(part):
        column = part["content"]
        assert column.type == pa.binary()
        seen.append((column.buffers()[2].address, column.to_pylist()))
        return part.select(["name"])

    run([batch(references)], fn)
    return seen


def address(view):
    return np.frombuffer(view, "uint8").ctypes.data


def test_shared_memory_is_looked_at_where_it_lies(tmp_path):
    large = [os.urandom(600_000), b"", os.urandom(600_000)]
    memory = Memory(tmp_path / "one", large)
    views = list(contents(pa.array(memory.references, type=TYPE)))
    assert [bytes(view) for view in views] == large
    assert all(view.readonly for view in views)
    assert addresses(memory.references) == [(address(views[0]), large)]


def test_content_side_by_side_is_not_copied_with_what_lies_elsewhere(tmp_path, files):
    large = [os.urandom(600_000), os.urandom(600_000)]
    memory = Memory(tmp_path / "one", large)
    first = next(contents(pa.array(memory.references, type=TYPE)))
    mixed = [reference(files[2]), *memory.references, inline(b"abc"), reference(files[1])]
    seen = addresses(mixed)
    assert [column for _, column in seen] == [
        [files[2].read_bytes()],
        large,
        [b"abc", files[1].read_bytes()],
    ]
    assert seen[1][0] == address(first)


def test_what_a_filter_left_of_shared_memory_is_packed(tmp_path):
    small = [os.urandom(1000) for _ in range(100)]
    memory = Memory(tmp_path / "one", small)
    assert [column for _, column in addresses(memory.references[::2])] == [small[::2]]
    assert read_all([batch(memory.references[::3])], max_bytes=10_000) == [
        small[::3][start : start + 10] for start in (0, 10, 20, 30)
    ]


def test_shared_memory_is_cut_by_bytes_too(tmp_path):
    small = [os.urandom(1000) for _ in range(25)]
    memory = Memory(tmp_path / "one", small)
    parts = read_all([batch(memory.references)], max_bytes=10_000)
    assert parts == [small[:10], small[10:20], small[20:]]


def test_memory_of_another_task_is_an_error_before_fn(tmp_path):
    memory = Memory(tmp_path / "one", [b"abc"])
    references = batch(memory.references)
    assert read_all([references]) == [[b"abc"]]
    memory.become_anothers()
    with pytest.raises(StaleReferenceError, match="its task has ended.*not after a shuffle"):
        read_all([references])
    with pytest.raises(StaleReferenceError, match=str(memory.path)):
        next(contents(references["_content_ref"]))


@pytest.mark.parametrize("size", [3, 2_000_000], ids=["copied", "viewed"])
def test_memory_that_becomes_another_tasks_while_fn_looks_is_an_error(tmp_path, size):
    memory = Memory(tmp_path / "one", [b"x" * size])

    def fn(part):
        memory.become_anothers()
        return part

    with pytest.raises(StaleReferenceError, match="its task has ended"):
        run([batch(memory.references)], fn)


def test_memory_that_becomes_another_tasks_under_a_view_is_an_error(tmp_path):
    memory = Memory(tmp_path / "one", [b"abc", b"def"])
    views = contents(pa.array(memory.references, type=TYPE))
    assert bytes(next(views)) == b"abc"
    memory.become_anothers()
    with pytest.raises(StaleReferenceError, match="its task has ended"):
        next(views)


def test_memory_that_is_gone_is_an_error_that_explains(tmp_path):
    memory = Memory(tmp_path / "one", [b"abc"])
    memory.path.unlink()
    with pytest.raises(StaleReferenceError, match="gone, or on another host.*sharedMemoryBudget to 0"):
        read_all([batch(memory.references)])


def test_memory_is_mapped_once_and_forgotten_when_it_is_gone(tmp_path):
    from s3dlio_spark import _segments

    memory = Memory(tmp_path / "one", [b"abc"])
    read_all([batch(memory.references)] * 2)
    mapped = _segments._mapped[str(memory.path)]
    read_all([batch(memory.references)])
    assert _segments._mapped[str(memory.path)] is mapped
    with memory.path.open("r+b") as file:
        file.seek(8)
        file.write(bytes(8))
    memory.path.unlink()
    read_all([batch(Memory(tmp_path / "two", [b"abc"]).references)])
    assert str(memory.path) not in _segments._mapped


@pytest.mark.parametrize(
    "offset, length", [(0, 8), (4095, 1), (4096, 4), (4099, 1), (1 << 40, 1), (4096, -1)]
)
def test_bytes_beyond_a_segment_are_refused(tmp_path, offset, length):
    memory = Memory(tmp_path / "one", [b"abc"])
    wrong = {**memory.references[0], "offset": offset, "length": length}
    with pytest.raises(ContentReferenceError, match="are not in its 4099"):
        next(contents(pa.array([wrong], type=TYPE)))


@pytest.mark.parametrize("content", [b"", b"short", bytes(5000)])
def test_a_file_that_is_no_segment_is_refused(tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    wrong = {**inline(b""), "segment": f"memory:{path}", "offset": 4096, "inline": None}
    with pytest.raises(ContentReferenceError, match="no segment|Cannot map"):
        next(contents(pa.array([wrong], type=TYPE)))


def test_a_link_is_not_followed(tmp_path):
    memory = Memory(tmp_path / "one", [b"abc"])
    link = tmp_path / "link"
    link.symlink_to(memory.path)
    wrong = {**memory.references[0], "segment": f"memory:{link}"}
    with pytest.raises(ContentReferenceError, match="symbolic link"):
        next(contents(pa.array([wrong], type=TYPE)))
