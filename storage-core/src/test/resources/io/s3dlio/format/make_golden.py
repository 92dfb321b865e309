"""Writes the files that the tests of this package read, as numpy and TensorFlow write them.

Run it in this directory with numpy and tensorflow installed. It writes
  files.tsv    name and content of each file
  arrays.tsv   file, member, dtype, shape and little-endian values in C order of each array
  records.tsv  file and data of each record, in order
  examples.tsv what is in each tf.train.Example: record, feature, kind and values
  mutants.tsv  messages that may be malformed, and what protobuf makes of them as Examples:
               "malformed", or the features in order of their names
  sequences.tsv, sequence-mutants.tsv  the same of tf.train.SequenceExample: of features in the
               context and of lists, each with its steps
Contents and bytes are in base64.
"""

import base64
import gzip
import io
import os
import random
import struct
import tempfile
import zipfile

import google.protobuf.message
import numpy as np
import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

files, arrays, records, examples, mutants = [], [], [], [], []
sequences, sequence_mutants = [], []


def text(data):
    return base64.b64encode(data).decode() or "-"


def values(array):
    # Swapped rather than converted: a conversion may change what is no number.
    swapped = array.byteswap() if array.dtype.str[0] == ">" else array
    return array.dtype.newbyteorder("<").str, swapped.tobytes(order="C")


def add_array(file, member, array):
    dtype, data = values(array)
    shape = ",".join(str(n) for n in array.shape) or "-"
    arrays.append((file, member, dtype, shape, text(data)))


def npy(name, array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version, allow_pickle=True)
    files.append((name + ".npy", text(out.getvalue())))
    return name + ".npy"


def plain(name, array, version=None):
    add_array(npy(name, array, version), "-", array)


def every_dtype():
    rng = np.random.default_rng(7)
    for dtype in (
        "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 >i2 >u2 >i4 >u4 >i8 >u8 <f2 <f4 <f8 <f16 >f2 >f4 >f8"
        " >f16 <c8 <c16 <c32 >c8 >c16 >c32 |S10 <U5 >U5 |V8 <M8[ns] >M8[25us] <m8[D]"
    ).split():
        dtype = np.dtype(dtype)
        array = np.frombuffer(rng.bytes(6 * dtype.itemsize), dtype="u1")
        if dtype.kind == "b":
            array = array % 2
        if dtype.kind == "U":
            array = array.view("<u4") % 0xD800
            array = array.astype(">u4" if dtype.str[0] == ">" else "<u4")
        if dtype.kind == "S":
            array = array % 127 + 1
        array = np.ascontiguousarray(array.astype(array.dtype, copy=True)).view("u1").view(dtype)
        name = dtype.str.replace("<", "l").replace(">", "b").replace("|", "")
        name = name.replace("[", "-").replace("]", "")
        plain(name, array.reshape(2, 3))
        plain(name + "-fortran", np.asfortranarray(array.reshape(2, 3)))


def shapes():
    plain("scalar", np.array(42, dtype=">i4"))
    plain("empty", np.zeros((0,), dtype="<f8"))
    plain("empty-axis", np.zeros((3, 0, 2), dtype="<f8"))
    plain("one-axis", np.arange(5, dtype="<i2"))
    cube = np.arange(2 * 3 * 5 * 7, dtype="<i4").reshape(2, 3, 5, 7)
    plain("cube", cube)
    plain("cube-fortran", np.asfortranarray(cube))
    plain("cube-fortran-big", np.asfortranarray(cube.astype(">i4")))
    plain("bytes-fortran", np.asfortranarray(np.arange(35, dtype="u1").reshape(7, 5)))
    plain("column-fortran", np.asfortranarray(np.arange(4, dtype="<i8").reshape(4, 1)))
    plain("version-1", np.arange(4, dtype="<f4"), (1, 0))
    plain("version-2", np.arange(4, dtype="<f4"), (2, 0))
    plain("version-3", np.arange(4, dtype="<f4"), (3, 0))
    plain("many-axes", np.arange(2, dtype="<i4").reshape((1,) * 31 + (2,)))


def refused():
    npy("structured", np.zeros(2, dtype=[("a", "<i4"), ("b", "<f8")]))
    npy("structured-unicode", np.zeros(2, dtype=[("\u00e4\u20ac", "<i4")]))
    npy("structured-long", np.zeros(1, dtype=[("f%06d" % i, "u1") for i in range(4000)]))
    npy("objects", np.array([{}, None], dtype=object))


def npz(name, save, members):
    out = io.BytesIO()
    save(out, **members)
    files.append((name, text(out.getvalue())))
    for member, array in members.items():
        add_array(name, member, array)
    return out.getvalue()


def archives():
    x = np.arange(2 * 3 * 4, dtype="u1").reshape(2, 3, 4)
    members = {
        "x": x,
        "y": np.arange(4, dtype="<i8"),
        "fortran": np.asfortranarray(x.astype(">f4")),
        "zeros": np.zeros((50, 60), dtype="<f8"),
    }
    small = {"x": x, "y": np.arange(4, dtype="<i8")}
    saved = npz("savez.npz", np.savez, small)
    npz("compressed.npz", np.savez_compressed, members)
    npz("compressed-small.npz", np.savez_compressed, {"y": np.arange(4, dtype="<i8")})
    npz("nothing.npz", np.savez, {})
    npz("names.npz", np.savez, {"../../etc/passwd": small["y"], "\u00fc\u6f22": small["y"]})

    out = io.BytesIO(saved)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"PK\x05\x06" * 9 + b"a comment that looks like an end"
    files.append(("comment.npz", text(out.getvalue())))
    for member, array in small.items():
        add_array("comment.npz", member, array)

    # Sizes and offsets in ZIP64's fields although they are small, as writers of streams do.
    npz("zip64.npz", zip64, small)

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(zipfile.ZipInfo("x.npy"), b"not for us", zipfile.ZIP_BZIP2)
    files.append(("bzip2.npz", text(out.getvalue())))


def zip64(out, **members):
    """A writer of its own: Python's has ZIP64 in the directory for large files alone."""
    directory = b""
    for name, array in members.items():
        content = io.BytesIO()
        np.lib.format.write_array(content, array)
        content, member = content.getvalue(), (name + ".npy").encode()
        crc, offset = zipfile.crc32(content), out.tell()
        extra = struct.pack("<HHQQ", 1, 16, len(content), len(content))
        out.write(
            struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0x21, crc, 2**32 - 1, 2**32 - 1,
                        len(member), len(extra)) + member + extra + content)
        # A field of somebody else stands before.
        extra = struct.pack("<HHI", 0xCAFE, 4, 7)
        extra += struct.pack("<HHQQQ", 1, 24, len(content), len(content), offset)
        directory += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0x21, crc, 2**32 - 1, 2**32 - 1,
            len(member), len(extra), 0, 0, 0, 0, 2**32 - 1) + member + extra
    start = out.tell()
    out.write(directory)
    end = out.tell()
    n = len(members)
    out.write(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, n, n, len(directory), start))
    out.write(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
    out.write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0))
    out.seek(0)
    assert zipfile.ZipFile(out).testzip() is None


def tfrecord_bytes(datas, options=None):
    path = os.path.join(tempfile.mkdtemp(), "x.tfrecord")
    with tf.io.TFRecordWriter(path, options) as writer:
        for data in datas:
            writer.write(data)
    with open(path, "rb") as file:
        return file.read()


def tfrecord(name, datas, options=None):
    records.extend((name, text(data)) for data in datas)
    files.append((name, text(tfrecord_bytes(datas, options))))


def tfrecords():
    rng = np.random.default_rng(11)
    tfrecord("none.tfrecord", [])
    tfrecord("empty.tfrecord", [b""])
    datas = [b"", b"a", rng.bytes(11), b"", rng.bytes(300), b"\0" * 40]
    tfrecord("records.tfrecord", datas)
    index, offset = "", 0
    for data in datas:
        index += "%d %d\n" % (offset, len(data) + 16)
        offset += len(data) + 16
    files.append(("records.tfrecord.idx", text(index.encode())))


def compressed():
    rng = np.random.default_rng(23)
    datas = [b"", b"a", rng.bytes(700), b"\0" * 5000, rng.bytes(11)]
    for kind in ("GZIP", "ZLIB"):
        tfrecord("records-%s.tfrecord" % kind.lower(), datas, kind)
        tfrecord("none-%s.tfrecord" % kind.lower(), [], kind)

    # Members of several writers, one of which holds nothing; a record goes from one to the next.
    plain = tfrecord_bytes(datas)
    named = io.BytesIO()
    with gzip.GzipFile("a name", "wb", 1, named, mtime=7) as file:
        file.write(plain[:100])
    # All that a member's head may have: text, a sum, an extra field, a name and a comment.
    head = b"\x1f\x8b\x08\x1f" + b"\7" * 6 + struct.pack("<H", 5) + b"extra" + b"name\0comment\0"
    head += struct.pack("<H", zipfile.crc32(head) & 0xFFFF)
    full = head + gzip.compress(plain[100:], mtime=0)[10:]
    name = "members.tfrecord"
    files.append((name, text(named.getvalue() + gzip.compress(b"", mtime=0) + full)))
    assert gzip.decompress(base64.b64decode(files[-1][1])) == plain
    records.extend((name, text(data)) for data in datas)


def kind_and_values(feature):
    kind = feature.WhichOneof("kind")
    if kind == "int64_list":
        data = struct.pack("<%dq" % len(feature.int64_list.value), *feature.int64_list.value)
    elif kind == "float_list":
        data = struct.pack("<%df" % len(feature.float_list.value), *feature.float_list.value)
    else:
        data = b"".join(struct.pack("<q", len(b)) + b for b in feature.bytes_list.value)
    return kind or "none", text(data)


def entries_message(name_of_message):
    """Returns a twin of Example whose map is a list of entries, which is the same on the wire.

    Python's protobuf drops entries of maps that have unknown fields, where other parsers
    pass over the fields alone, as they do in any message.
    """
    file = descriptor_pb2.FileDescriptorProto(
        name="entries.proto", package="entries", syntax="proto3")
    one, many = 1, 3
    fields = {
        "BytesList": [("value", 1, many, 12, None)],
        "FloatList": [("value", 1, many, 2, None)],
        "Int64List": [("value", 1, many, 3, None)],
        "Feature": [("bytes_list", 1, one, 11, "BytesList"), ("float_list", 2, one, 11, "FloatList"),
                    ("int64_list", 3, one, 11, "Int64List")],
        "Entry": [("key", 1, one, 9, None), ("value", 2, one, 11, "Feature")],
        "Features": [("feature", 1, many, 11, "Entry")],
        "Example": [("features", 1, one, 11, "Features")],
        "FeatureList": [("feature", 1, many, 11, "Feature")],
        "ListEntry": [("key", 1, one, 9, None), ("value", 2, one, 11, "FeatureList")],
        "FeatureLists": [("feature_list", 1, many, 11, "ListEntry")],
        "SequenceExample": [("context", 1, one, 11, "Features"),
                            ("feature_lists", 2, one, 11, "FeatureLists")],
    }
    for name, of in fields.items():
        message = file.message_type.add(name=name)
        if name == "Feature":
            message.oneof_decl.add(name="kind")
        for field_name, number, label, kind, type_name in of:
            made = message.field.add(name=field_name, number=number, label=label, type=kind)
            if type_name:
                made.type_name = ".entries." + type_name
            if name == "Feature":
                made.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("entries." + name_of_message))


def field(number, kind, value):
    head = bytes([number << 3 | kind])
    return head + (bytes([len(value)]) if kind == 2 else b"") + value


def pieces(rng):
    """Returns functions that make pieces of Examples by chance: some, unknown, kind and entry."""

    def some(most, make):
        count = max(rng.randint(0, most) for _ in range(3))
        return b"".join(make() for _ in range(count))

    def unknown():
        return rng.choice([
            field(7, 0, b"\x96\x01"), field(8, 1, b"12345678"), field(9, 5, b"1234"),
            field(10, 2, b"unknown"), field(11, 3, b"") + field(3, 0, b"\1") + field(11, 4, b""),
            field(11, 3, b"") + field(11, 3, b"") + field(11, 4, b"") + field(11, 4, b""),
            field(1, 5, b"1234"), field(2, 0, b"\7"), field(3, 1, b"12345678")])

    def int64s():
        numbers = [b"\0", b"\5", b"\x80\1", b"\xff" * 9 + b"\1"]
        return rng.choice([
            lambda: field(1, 2, b"".join(rng.choices(numbers, k=rng.randint(0, 4)))),
            lambda: field(1, 0, rng.choice(numbers)), unknown])()

    def floats():
        return rng.choice([
            lambda: field(1, 2, rng.randbytes(4 * rng.randint(0, 3))),
            lambda: field(1, 5, b"\0\0\x80\x3f"), unknown])()

    def byte_lists():
        return rng.choice([lambda: field(1, 2, rng.randbytes(rng.randint(0, 3))), unknown])()

    def kind():
        number, make = rng.choice([(1, byte_lists), (2, floats), (3, int64s)])
        return rng.choice([lambda: field(number, 2, some(2, make)), unknown])()

    def entry():
        parts = [field(1, 2, rng.choice([b"a", b"b", "\u00e4".encode()]))]
        parts += [field(2, 2, some(2, kind)) for _ in range(rng.randint(0, 2))]
        parts += [unknown() for _ in range(rng.randint(0, 1))]
        rng.shuffle(parts)
        return field(1, 2, b"".join(parts)[:127])

    return some, unknown, kind, entry


def damaged(rng, message):
    damage = rng.random()
    if damage < 0.5 and message:
        changed = bytearray(message)
        for _ in range(rng.randint(1, 2)):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        message = bytes(changed)
    if damage > 0.9:
        message = message[:rng.randint(0, len(message))]
    return message


def by_name(entries):
    """Returns what a map has, of entries with the same name the last."""
    return sorted({e.key: e.value for e in entries}.items(), key=lambda f: f[0].encode("utf-16-be"))


def tf_mutants():
    """Pieces of Examples, put together and damaged by chance."""
    rng = random.Random(17)
    entries_example = entries_message("Example")
    some, unknown, _, entry = pieces(rng)
    while len(mutants) < 600:
        message = some(2, lambda: field(1, 2, some(2, entry)[:127])) + some(1, unknown)
        message = damaged(rng, message)
        example = entries_example()
        try:
            example.ParseFromString(message)
        except google.protobuf.message.DecodeError:
            mutants.append((text(message), "malformed"))
            continue
        seen = [" ".join((text(k.encode()), *kind_and_values(v)))
                for k, v in by_name(example.features.feature)]
        mutants.append((text(message), *seen))


def steps(feature_list):
    return [part for step in feature_list.feature for part in kind_and_values(step)]


def tf_sequence_mutants():
    """Pieces of SequenceExamples, put together and damaged by chance."""
    rng = random.Random(29)
    entries_example = entries_message("SequenceExample")
    some, unknown, kind, entry = pieces(rng)

    def feature_list():
        return rng.choice([lambda: field(1, 2, some(2, kind)[:60]), unknown])()

    def list_entry():
        parts = [field(1, 2, rng.choice([b"a", b"b", "\u00e4".encode()]))]
        parts += [field(2, 2, some(3, feature_list)[:90]) for _ in range(rng.randint(0, 2))]
        parts += [unknown() for _ in range(rng.randint(0, 1))]
        rng.shuffle(parts)
        return field(1, 2, b"".join(parts)[:127])

    while len(sequence_mutants) < 600:
        message = some(1, lambda: field(1, 2, some(2, entry)[:127]))
        message += some(2, lambda: field(2, 2, some(2, list_entry)[:127])) + some(1, unknown)
        message = damaged(rng, message)
        example = entries_example()
        try:
            example.ParseFromString(message)
        except google.protobuf.message.DecodeError:
            sequence_mutants.append((text(message), "malformed"))
            continue
        features = [e.value for e in example.context.feature]
        features += [f for e in example.feature_lists.feature_list for f in e.value.feature]
        # Python's floats have no signalling NaN: such a value would not be what was parsed.
        if any(v != v for f in features for v in f.float_list.value):
            continue
        seen = [" ".join(("context", text(k.encode()), *kind_and_values(v)))
                for k, v in by_name(example.context.feature)]
        seen += [" ".join(("list", text(k.encode()), *steps(v)))
                 for k, v in by_name(example.feature_lists.feature_list)]
        sequence_mutants.append((text(message), *seen))


def tf_sequences():
    feature, lists = tf.train.Feature, tf.train.FeatureList
    ints = [feature(int64_list=tf.train.Int64List(value=range(n))) for n in range(4)]
    floats = [feature(float_list=tf.train.FloatList(value=[n / 4])) for n in range(3)]
    words = [feature(bytes_list=tf.train.BytesList(value=[w])) for w in (b"a", b"", b"bc")]
    made = [
        ({}, {}),
        ({"id": ints[2], "none": feature()}, {}),
        ({}, {"empty": [], "steps": ints, "mixed": [ints[1], words[0], feature()]}),
        ({"id": words[2]}, {"floats": floats, "words": words, "\u00e4\u6f22": ints[3:]}),
    ]
    datas = []
    for context, of in made:
        example = tf.train.SequenceExample(
            context=tf.train.Features(feature=context),
            feature_lists=tf.train.FeatureLists(
                feature_list={name: lists(feature=some) for name, some in of.items()}))
        record = str(len(datas))
        datas.append(example.SerializeToString(deterministic=True))
        for name, value in context.items():
            sequences.append((record, "context", name, *kind_and_values(value)))
        for name, some in of.items():
            sequences.append((record, "list", name, *steps(lists(feature=some))))
    tfrecord("sequences.tfrecord", datas)


def tf_examples():
    rng = random.Random(13)
    feature = tf.train.Feature
    made = [
        {},
        {"image": feature(bytes_list=tf.train.BytesList(value=[b"\0\1\2" * 9])),
         "size": feature(int64_list=tf.train.Int64List(value=[27]))},
        {"none": feature(),
         "empty bytes": feature(bytes_list=tf.train.BytesList()),
         "empty ints": feature(int64_list=tf.train.Int64List()),
         "empty floats": feature(float_list=tf.train.FloatList())},
        {"ints": feature(int64_list=tf.train.Int64List(
            value=[0, 1, -1, 127, 128, 2**63 - 1, -(2**63)]
            + [rng.getrandbits(64) - 2**63 for _ in range(20)])),
         "floats": feature(float_list=tf.train.FloatList(
             value=[0.0, -0.0, 1.5, float("inf"), float("nan"), 1e-45])),
         "bytes": feature(bytes_list=tf.train.BytesList(value=[b"", b"x", b"\xff" * 200])),
         "\u00e4\u6f22": feature(int64_list=tf.train.Int64List(value=[5]))},
    ]
    datas = []
    for features in made:
        example = tf.train.Example(features=tf.train.Features(feature=features))
        datas.append(example.SerializeToString(deterministic=True))
        for name, value in features.items():
            examples.append((str(len(datas) - 1), name, *kind_and_values(value)))
    tfrecord("examples.tfrecord", datas)


def write(name, rows):
    with open(name, "w", encoding="utf-8") as out:
        out.writelines("\t".join(row) + "\n" for row in rows)


every_dtype()
shapes()
refused()
archives()
tfrecords()
tf_examples()
tf_mutants()
compressed()
tf_sequences()
tf_sequence_mutants()
write("files.tsv", files)
write("arrays.tsv", arrays)
write("records.tsv", records)
write("examples.tsv", examples)
write("mutants.tsv", mutants)
write("sequences.tsv", sequences)
write("sequence-mutants.tsv", sequence_mutants)
