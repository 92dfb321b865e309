"""Tensors of PyTorch's over content, by hand and through Spark."""

import os
import struct
import subprocess
import sys

import pytest
import torch
from conftest import random_files

from s3dlio_spark import as_torch, contents, with_content

FLOATS = struct.pack("<6f", *range(6))


def view(content):
    return memoryview(content).toreadonly()


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("dtype", ["float32", torch.float32])
def test_a_tensor_has_the_content(copy, dtype):
    tensor = as_torch(view(FLOATS), dtype, copy=copy)
    assert (tensor.dtype, tensor.device.type) == (torch.float32, "cpu")
    assert tensor.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("copy", [True, False])
def test_a_tensor_has_the_shape_that_was_asked_for(copy):
    assert as_torch(view(FLOATS), "float32", (2, 3), copy=copy).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert as_torch(view(FLOATS), "uint8", (-1, 4), copy=copy).shape == (6, 4)


@pytest.mark.parametrize("copy", [True, False])
def test_content_that_is_empty_is_an_empty_tensor(copy):
    tensor = as_torch(view(b""), "int16", copy=copy)
    assert (tensor.shape, tensor.dtype) == ((0,), torch.int16)
    assert as_torch(view(b""), "int16", (0, 3), copy=copy).shape == (0, 3)


@pytest.mark.parametrize("copy", [True, False])
def test_content_that_does_not_fit_is_refused(copy):
    with pytest.raises(ValueError, match="multiple of element size"):
        as_torch(view(b"12345"), "float32", copy=copy)
    with pytest.raises(ValueError, match=r"Invalid shape: \(5,\)"):
        as_torch(view(FLOATS), "float32", (5,), copy=copy)


@pytest.mark.parametrize("dtype", ["floaty", "nn", None, "int13"])
def test_what_is_no_type_of_elements_is_refused(dtype):
    with pytest.raises(ValueError, match="Invalid dtype"):
        as_torch(view(FLOATS), dtype)


@pytest.mark.filterwarnings("error")
def test_a_copy_may_be_written_to_and_leaves_the_content_alone():
    content = bytes(FLOATS)
    tensor = as_torch(view(content), "float32").add_(1)
    assert tensor.tolist() == [1, 2, 3, 4, 5, 6]
    assert content == FLOATS


@pytest.mark.filterwarnings("error")
def test_without_a_copy_the_tensor_lies_over_the_content_and_keeps_it():
    content = bytearray(FLOATS)
    tensor = as_torch(view(content), "float32", copy=False)
    content[:4] = struct.pack("<f", 7)
    assert tensor[0] == 7
    with pytest.raises(BufferError):
        content.clear()
    del tensor
    content.clear()


def test_without_pytorch_it_is_an_error_that_names_it():
    program = "from s3dlio_spark import as_torch; as_torch(memoryview(b'abcd'))"
    paths = [path for path in sys.path if not os.path.isdir(os.path.join(path, "torch"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert "ImportError: Cannot make a tensor: PyTorch is not installed" in done.stderr


def sums(batch):
    views = [memoryview(value.as_buffer()) for value in batch["content"]]
    columns = [batch["path"]]
    for copy in (True, False):
        columns.append([int(as_torch(one, copy=copy).sum(dtype=torch.int64)) for one in views])
    return type(batch).from_arrays(columns, ["path", "copied", "seen"])


@pytest.mark.parametrize("scheme", ["file", "direct"])
def test_workers_make_tensors_of_references(spark, tmp_path, scheme):
    written = random_files(tmp_path, [0, 1, 5000, 300_000])
    options = {"directFallback": "true"} if scheme == "direct" else {}
    rows = (
        spark.read.format("s3dlio")
        .load(f"{scheme}://{tmp_path}", **options)
        .select("path", "_content_ref")
        .mapInArrow(with_content(sums), "path string, copied bigint, seen bigint")
        .collect()
    )
    found = {row.path.rpartition("/")[2]: (row.copied, row.seen) for row in rows}
    assert found == {name: (sum(content),) * 2 for name, content in written.items()}


def test_views_become_tensors_too():
    import pyarrow as pa

    fields = [("segment", pa.string()), ("offset", pa.int64()), ("length", pa.int64())]
    fields += [("stamp", pa.int64()), ("inline", pa.binary())]
    reference = {"segment": None, "offset": 0, "length": 24, "stamp": 0, "inline": FLOATS}
    (content,) = contents(pa.array([reference], type=pa.struct(fields)))
    assert as_torch(content, "float32", (3, 2)).tolist() == [[0, 1], [2, 3], [4, 5]]
