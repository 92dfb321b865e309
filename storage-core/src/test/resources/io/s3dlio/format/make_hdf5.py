"""Writes the HDF5 files that the tests of this package read, as h5py writes them.

Run it in this directory with h5py and numpy installed. It writes hdf5.tsv, with a row for each
  file     F, name, content
  dataset  D, file, path, dtype, shape, and little-endian values in C order
Contents and values are in base64, compressed with zlib.
"""

import base64
import ctypes
import glob
import os
import tempfile
import zlib

import h5py
import numpy as np

rows = []
rng = np.random.default_rng(19)


def text(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def expect(name, path, array):
    # Swapped rather than converted: a conversion may change what is no number.
    swapped = array.byteswap() if array.dtype.str[0] == ">" else array
    shape = ",".join(str(n) for n in array.shape) or "-"
    dtype = array.dtype.newbyteorder("<").str
    rows.append(("D", name, path, dtype, shape, text(swapped.tobytes(order="C"))))


def write(name, fill, **how):
    """Writes a file, and what h5py reads of it."""
    path = os.path.join(tempfile.mkdtemp(), name)
    with h5py.File(path, "w", **how) as file:
        fill(file)
    with open(path, "rb") as file:
        rows.append(("F", name, text(file.read())))
    with h5py.File(path) as file:

        def visit(at, node):
            if isinstance(node, h5py.Dataset) and not node.attrs.get("unread", False):
                expect(name, at, node[()] if node.shape else np.asarray(node[()], node.dtype))

        file.visititems(visit)


def both(name, fill, **how):
    write(name + ".h5", fill, **how)
    write(name + "-latest.h5", fill, libver="latest", **how)


def values(shape, dtype):
    array = rng.integers(0, 256, int(np.prod(shape)) * np.dtype(dtype).itemsize, dtype="u1")
    return array.view(dtype).reshape(shape)


def every_type(file):
    for dtype in (
        "|i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 >i2 >u2 >i4 >u4 >i8 >u8 <f2 <f4 <f8 <f16 >f2 >f4 >f8"
        " <c8 <c16 <c32 >c8 >c16 |V8"
    ).split():
        name = dtype.replace("<", "l").replace(">", "b").replace("|", "")
        file.create_dataset(name, data=values((2, 3), dtype))
    file["S10"] = np.array([[b"", b"a", b"0123456789"], [b"a b ", b" ", b"x" * 9]], dtype="S10")
    file["bool"] = np.array([[True, False, True], [False, False, True]])
    times = values((2, 3), "<i8").view("<M8[ns]")
    file.create_dataset("time", data=times.astype(h5py.opaque_dtype(times.dtype)))
    enum = h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE": 300}, basetype=">i2")
    file.create_dataset("enum", data=np.array([0, 1, 300], dtype=">i2"), dtype=enum)
    file.create_dataset("array", (2, 3), dtype=np.dtype((">u2", (4, 5))))[...] = values(
        (2, 3, 4, 5), ">u2")
    file.create_dataset("chunked array", (5,), dtype=np.dtype((">u2", (4, 3))), chunks=(2,),
                        compression="gzip")[...] = values((5, 4, 3), ">u2")
    file["named type"] = np.dtype(">f4")
    file.create_dataset("of named type", data=values((3,), ">f4"), dtype=file["named type"])


def padded(file):
    """Texts as C and Fortran write them."""
    for name, padding in (("c", h5py.h5t.STR_NULLTERM), ("fortran", h5py.h5t.STR_SPACEPAD)):
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(6)
        kind.set_strpad(padding)
        space = h5py.h5s.create_simple((4,))
        dataset = h5py.h5d.create(file.id, name.encode(), kind, space)
        stored = [b"ab\0cd\0", b"abcde\0", b"\0abcde", b"      "]
        if padding == h5py.h5t.STR_SPACEPAD:
            stored = [b"ab    ", b"abcdef", b" a b  ", b"      "]
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(stored, dtype="S6"), mtype=kind)


def shapes(file):
    file["scalar"] = np.float64(4.5)
    file["one"] = np.arange(7, dtype="<i4")
    file["empty"] = np.zeros((0, 4), dtype="<f4")
    file["cube"] = np.arange(2 * 3 * 5 * 7, dtype=">i4").reshape(2, 3, 5, 7)
    file.create_dataset("unwritten", (3, 4), dtype="<f8")
    file.create_dataset("filled", (3, 4), dtype=">i4", fillvalue=-7)
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    compact = h5py.h5d.create(
        file.id, b"compact", h5py.h5t.STD_I16BE, h5py.h5s.create_simple((3, 4)), plist)
    compact.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(12, dtype="<i2").reshape(3, 4))


def chunks(file):
    data = np.arange(11 * 9 * 3, dtype="<i4").reshape(11, 9, 3)
    add = file.create_dataset
    add("plain", data=data, chunks=(4, 9, 3))
    add("small", data=data, chunks=(3, 2, 2))
    add("big endian", data=data.astype(">i4"), chunks=(3, 2, 2))
    add("single", data=data, chunks=data.shape)
    add("single gzip", data=data, chunks=data.shape, compression="gzip")
    add("larger", data=data[:2], chunks=(4, 9, 3), maxshape=(None, 9, 3))
    add("gzip", data=data, chunks=(4, 5, 2), compression="gzip", compression_opts=9)
    add("shuffled", data=data, chunks=(4, 5, 2), compression="gzip", shuffle=True)
    add("summed", data=data, chunks=(4, 5, 2), fletcher32=True)
    add("all", data=data, chunks=(4, 5, 2), compression="gzip", shuffle=True, fletcher32=True)
    add("all of odd length", data=values((7, 5), "|V3"), chunks=(2, 3), compression="gzip",
        shuffle=True, fletcher32=True)
    add("images", data=values((6, 8, 5), "u1"), chunks=(1, 8, 5), compression="gzip")
    # Datasets that may grow, along the first, the last and several axes.
    add("grows", data=data, chunks=(2, 9, 3), maxshape=(None, 9, 3))
    add("grows gzip", data=data, chunks=(2, 9, 3), maxshape=(None, 9, 3), compression="gzip")
    add("grows last", data=data, chunks=(4, 5, 2), maxshape=(11, 9, None))
    add("grows middle", data=data, chunks=(4, 2, 2), maxshape=(20, None, 7), compression="gzip")
    add("grows twice", data=data, chunks=(2, 3, 2), maxshape=(None, None, 3))
    add("grows twice gzip", data=data, chunks=(2, 3, 2), maxshape=(None, 9, None),
        compression="gzip", shuffle=True)
    add("grows to a limit", data=data, chunks=(4, 5, 2), maxshape=(40, 20, 3))
    # Some chunks were never written.
    for name, more in (("", {}), (" grows", {"maxshape": (None, 40)}),
                       (" grows twice", {"maxshape": (None, None)})):
        for filtered in ({}, {"compression": "gzip"}):
            sparse = add("sparse" + name + " gzip" * len(filtered), (50, 40), dtype=">i2",
                         chunks=(4, 4), fillvalue=-3, **more, **filtered)
            sparse[17, 5:30] = np.arange(25)
            sparse[49] = 7
    unwritten = add("no chunk", (9, 9), dtype="<f4", chunks=(2, 2), fillvalue=1.5)
    assert unwritten[0, 0] == 1.5
    # A filter that some chunks were not sent through.
    skipped = add("skipped", (4, 6), dtype="<i4", chunks=(2, 6), compression="gzip", shuffle=True)
    skipped[:2] = 5
    skipped.id.write_direct_chunk((2, 0), np.arange(12, dtype="<i4").tobytes(), filter_mask=3)


def implicit(file):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 4))
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple((10, 9), (10, 30))
    dataset = h5py.h5d.create(file.id, b"implicit", h5py.h5t.STD_I32LE, space, plist)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(90, dtype="<i4").reshape(10, 9))


def partial_plain(file):
    """Chunks at the end that did not go through filters."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 4))
    plist.set_deflate(4)
    # H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS, of which h5py knows nothing.
    libraries = os.path.join(os.path.dirname(h5py.__file__), "..", "h5py.libs", "libhdf5-*")
    library = ctypes.CDLL(glob.glob(libraries)[0])
    assert library.H5Pset_chunk_opts(ctypes.c_int64(plist.id), 2) == 0
    space = h5py.h5s.create_simple((10, 9))
    dataset = h5py.h5d.create(file.id, b"partial", h5py.h5t.STD_I32LE, space, plist)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(90, dtype="<i4").reshape(10, 9))


def many_chunks(file):
    data = np.arange(2500, dtype="<i2")
    file.create_dataset("fixed", data=data, chunks=(1,))
    file.create_dataset("fixed gzip", data=data[:300], chunks=(2,), compression="gzip")
    file.create_dataset("grows", data=data, chunks=(1,), maxshape=(None,))
    file.create_dataset("grows twice", data=data.reshape(50, 50), chunks=(1, 2),
                        maxshape=(None, None))
    file.create_dataset("grows twice gzip", data=data.reshape(50, 50)[:20], chunks=(1, 2),
                        maxshape=(None, None), compression="gzip")


def far_chunks(file):
    """So many chunks that their index is in pages, of which few are written."""
    some = file.create_dataset("grows", (400000,), dtype="<i2", chunks=(1,), maxshape=(None,))
    for i in (0, 5, 130000, 131075, 131076, 132100, 134000, 140000, 200001, 262200, 399999):
        some[i] = i % 1000 + 1
    some = file.create_dataset("fixed", (20000,), dtype="<i2", chunks=(1,))
    for i in (0, 1023, 1024, 5000, 19999):
        some[i] = i % 1000 + 1


def groups(file):
    file["x"] = np.arange(3)
    file["group/inner/y"] = np.arange(4)
    file["group/z"] = np.arange(5)
    file["a/b/c/d/e/f"] = np.arange(2)
    file.create_group("empty")
    file["\u00fc\u6f22 x"] = np.arange(6)


def ordered(file):
    for name in "zyxabc":
        file.create_dataset(name, data=np.arange(ord(name) - 90))


def many_links(file):
    for i in range(200):
        file["g/a name of some length %03d" % i] = np.int32(i)


def links(file):
    file["x"] = np.arange(3, dtype="<i4")
    file["again"] = file["x"]
    file["group/x"] = np.arange(4, dtype="<i4")
    file["group/up"] = file["/"]
    file["group/self"] = file["group"]
    file["soft"] = h5py.SoftLink("/x")
    file["group/soft group"] = h5py.SoftLink("/group")
    file["external"] = h5py.ExternalLink("other.h5", "/x")


def refused(file):
    def unread(name, *args, **kwargs):
        dataset = file.create_dataset(name, *args, **kwargs)
        dataset.attrs["unread"] = True

    unread("text", data=["of", "any", "length"], dtype=h5py.string_dtype())
    unread("lists", (2,), dtype=h5py.vlen_dtype(np.dtype("i4")))
    unread("structured", data=np.zeros(2, dtype=[("a", "<i4"), ("b", "<f8")]))
    unread("reference", (2,), dtype=h5py.ref_dtype)
    unread("null", data=h5py.Empty("f4"))
    unread("lzf", data=np.zeros(100), compression="lzf", chunks=(50,))
    unread("scaled", data=np.arange(100), scaleoffset=0, chunks=(50,))
    unread("elsewhere", (4,), dtype="<i4", external=[("other.bin", 0, 16)])
    layout = h5py.VirtualLayout(shape=(4,), dtype="<i4")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4,))
    file.create_virtual_dataset("virtual", layout).attrs["unread"] = True


def attributes(file):
    """Headers in several pieces."""
    x = file.create_dataset("x", data=np.arange(3, dtype="<i4"))
    for i in range(40):
        x.attrs["attribute %d" % i] = "value " * i
    y = file.create_dataset("y", data=np.arange(4, dtype="<i4"), chunks=(2,), maxshape=(None,))
    y.attrs["a"] = 1


def small(file):
    """For damage: of each kind of structure one, as short as can be."""
    file.create_dataset("g/x", data=np.arange(6, dtype="<i2").reshape(2, 3))
    file.create_dataset("y", data=np.arange(8, dtype="<i2"), chunks=(3,), compression="gzip",
                        shuffle=True, fletcher32=True)


def small_growing(file):
    file.create_dataset("y", data=np.arange(40, dtype="<i2"), chunks=(3,), maxshape=(None,))


def small_tree(file):
    file.create_dataset("y", data=np.arange(36, dtype="<i2").reshape(6, 6), chunks=(2, 4),
                        maxshape=(None, None))


def small_links(file):
    for i in range(9):
        file.create_group("g%d" % i)
    file["g8/x"] = np.int16(5)


def small_sizes(name, offsets):
    """Addresses of fewer bytes, as few files have them."""
    path = os.path.join(tempfile.mkdtemp(), name)
    plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    plist.set_sizes(offsets, offsets)
    with h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, plist)) as file:
        chunked = file.create_dataset("g/chunked", (9, 7), dtype="<i4", chunks=(2, 3),
                                      compression="gzip", maxshape=(None, 7))
        chunked[:5] = 4
        file["x"] = np.arange(5, dtype="<i8")
    with open(path, "rb") as file:
        rows.append(("F", name, text(file.read())))
    with h5py.File(path) as file:
        for at in ("g/chunked", "x"):
            expect(name, at, file[at][()])


both("types", every_type)
both("padded", padded)
both("shapes", shapes)
both("chunks", chunks)
both("implicit", implicit)
write("partial-plain.h5", partial_plain, libver="latest")
both("many-chunks", many_chunks)
both("far-chunks", far_chunks)
both("groups", groups)
both("ordered", ordered, track_order=True)
both("many-links", many_links)
both("links", links)
both("refused", refused)
both("attributes", attributes)
both("user-block", groups, userblock_size=1024)
both("small", small)
both("small-growing", small_growing)
both("small-tree", small_tree)
both("small-links", small_links)
write("v108.h5", chunks, libver=("v108", "v108"))
write("nothing.h5", lambda file: None)
small_sizes("sizes-4.h5", 4)
write("pages.h5", groups, fs_strategy="page", fs_persist=True)

with open("hdf5.tsv", "w", encoding="utf-8") as out:
    out.writelines("\t".join(row) + "\n" for row in rows)
