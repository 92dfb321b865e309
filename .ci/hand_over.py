"""What it costs to hand content to Python: CPU of the JVM, its Python daemon and workers.

    hand_over.py files <folder>     from files on <folder>, which is filled
    hand_over.py s3 <bucket>        from the bucket, which is filled
    hand_over.py settings <folder>  content by value alone, with settings of Spark's, from files

All ways take turns in one session, after some rounds to warm up; each looks at one byte in 4 KiB,
and all must find the same. The environment names the bundle (S3DLIO_JAR), the rounds (ROUNDS), for S3
the endpoint and keys as for every client of AWS, the jars of S3A (S3A_JARS), and where the Rust
s3dlio is installed (S3DLIO_PEERS).
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

import numpy as np
import pyarrow as pa
from pyspark.sql import SparkSession

DATA_SETS = {
    "files": {"8 MiB": (8 << 20, 160), "100 KiB": (100 << 10, 12_000)},
    "s3": {"8 MiB": (8 << 20, 64), "100 KiB": (100 << 10, 4000)},
}
DATA_SETS["settings"] = DATA_SETS["s3"]
BATCH = "spark.sql.execution.arrow.maxBytesPerBatch"
BUFFER = "spark.sql.execution.pandas.udf.buffer.size"
SOCKET = "spark.python.unix.domain.socket.enabled"
# The socket is a setting of an application, so that each of two has a session.
SETTINGS = {
    "defaults": {},
    "4 MiB a batch": {BATCH: "4m"},
    "1 MiB a batch": {BATCH: "1m"},
    "256 KiB a batch": {BATCH: "256k"},
    "1 MiB buffers": {BUFFER: str(1 << 20)},
    "sockets": {SOCKET: "true"},
    "sockets, 1 MiB buffers": {SOCKET: "true", BUFFER: str(1 << 20)},
    "sockets, 4 MiB a batch": {SOCKET: "true", BATCH: "4m"},
    "all, 4 MiB a batch": {SOCKET: "true", BUFFER: str(1 << 20), BATCH: "4m"},
    "all, 1 MiB a batch": {SOCKET: "true", BUFFER: str(1 << 20), BATCH: "1m"},
}
GOALS = {"8 MiB": ("0.85", "0.2"), "100 KiB": ("0.3", "0.08")}
RESULT = "objects long, sum long"
# What takes long is warm after one round.
WARM_UP_ROUNDS = 8
LONG_WAYS = ("binaryFile", "content")
TICK = os.sysconf("SC_CLK_TCK")


def processes():
    """Yields each process, its parent, and its CPU with that of its children that have ended."""
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue  # It has ended: then it is its parent's.
            yield int(folder.name), int(fields[1]), sum(map(int, fields[11:15]))


def cpu_seconds():
    """Returns the CPU of all that this process has started."""
    known = list(processes())
    ours = {os.getpid()}
    while more := {pid for pid, parent, _ in known if parent in ours} - ours:
        ours |= more
    return sum(ticks for pid, _, ticks in known if pid in ours and pid != os.getpid()) / TICK


def result(views):
    objects = total = 0
    for view in views:
        objects += 1
        total += int(np.frombuffer(view, "uint8")[::4096].sum())
    return pa.record_batch({"objects": pa.array([objects]), "sum": pa.array([total])})


def of_content(batch):
    """Looks at an array of bytes without a copy."""
    column = batch["content"]
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, "int32")[column.offset : column.offset + len(column) + 1]
    whole = memoryview(data)
    return result(whole[begin:end] for begin, end in zip(ends, ends[1:]))


def content(batches):
    yield from map(of_content, batches)


def nothing(batches):
    for batch in batches:
        yield pa.record_batch({"objects": pa.array([batch.num_rows]), "sum": pa.array([0])})


def by_readinto(batches):
    """The floor on files: a program's own reads into one buffer."""
    buffer = memoryview(bytearray(8 << 20))
    for batch in batches:

        def views():
            for path in batch["path"].to_pylist():
                with open(path.removeprefix("file://"), "rb", buffering=0) as file:
                    yield buffer[: file.readinto(buffer)]

        yield result(views())


def by_rust(batches):
    sys.path.append(os.environ["S3DLIO_PEERS"])
    import s3dlio

    for batch in batches:
        paths = batch["path"].to_pylist()
        for first in range(0, len(paths), 32):
            few = s3dlio.get_many(paths[first : first + 32], max_in_flight=16)
            yield result(view for _, view in few)


def session(kind, settings={}):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", os.environ["S3DLIO_JAR"])
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "3g")
        .config("spark.driver.extraJavaOptions", "-Xms3g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
    )
    if kind == "s3":
        builder = (
            builder.config("spark.driver.extraClassPath", os.environ["S3A_JARS"])
            .config("spark.hadoop.fs.s3a.endpoint", os.environ["AWS_ENDPOINT_URL"])
            .config("spark.hadoop.fs.s3a.path.style.access", "true")
            .config("spark.hadoop.fs.s3a.endpoint.region", os.environ["AWS_REGION"])
        )
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def fill(spark, kind, place, name, size, objects):
    path = f"{place}/{name.replace(' ', '').lower()}"
    if kind == "files":
        folder = pathlib.Path(path)
        folder.mkdir(parents=True)
        block = os.urandom(size)
        for index in range(objects):
            (folder / f"object_{index:06d}").write_bytes(block)
        return path, f"file://{path}"
    uri = f"s3://{path}"
    spark.range(objects).write.format("s3dlio").mode("append").option("objectSize", size).save(uri)
    return f"s3a://{path}", uri


def ways(spark, kind, path, uri):
    from s3dlio_spark import with_content

    ours = spark.read.format("s3dlio").load(uri)
    theirs = spark.read.format("binaryFile").option("pathGlobFilter", "object_*").load(path)
    peer = by_readinto if kind == "files" else by_rust
    return {
        "empty": lambda: ours.select("length").mapInArrow(nothing, RESULT),
        "binaryFile": lambda: theirs.select("content").mapInArrow(content, RESULT),
        "content": lambda: ours.select("content").mapInArrow(content, RESULT),
        "reference": lambda: ours.select("_content_ref").mapInArrow(with_content(of_content), RESULT),
        "paths": lambda: ours.select("path").mapInArrow(peer, RESULT),
    }


def measure(way):
    before = cpu_seconds()
    rows = way().collect()
    return cpu_seconds() - before, sum(row.objects for row in rows), sum(row["sum"] for row in rows)


def compare(data, size, objects, way_by_name, rounds):
    figures = {name: [] for name in way_by_name}
    sums = set()
    for round_ in range(-WARM_UP_ROUNDS, rounds):
        for name, way in way_by_name.items():
            if round_ < -1 and name in LONG_WAYS:
                continue
            seconds, seen, total = measure(way)
            assert seen == objects, (name, seen)
            if name != "empty":
                sums.add(total)
            if round_ >= 0:
                figures[name].append(seconds / (size * objects / 1e9))
    assert len(sums) == 1, sums
    print(f"\n{objects} x {data}, CPU-s/GB of the process tree: median (lowest to highest)")
    for name, values in figures.items():
        median = statistics.median(values)
        print(f"  {name:10} {median:6.3f} ({min(values):.3f} to {max(values):.3f})")
    inline, reference = GOALS[data]

    def ratio(one, other):
        pairs = [a / b for a, b in zip(figures[one], figures[other])]
        return f"{statistics.median(pairs):.3f} ({min(pairs):.3f} to {max(pairs):.3f})"

    print(f"  content / binaryFile   {ratio('content', 'binaryFile')}, goal {inline}")
    print(f"  reference / binaryFile {ratio('reference', 'binaryFile')}, goal {reference}")
    print(f"  reference / paths      {ratio('reference', 'paths')}, goal 1.15 on files", flush=True)


class Session:
    """A session in a process of its own, which measures on demand."""

    def __init__(self, socket):
        command = [sys.executable, __file__, "serve", socket]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def measure(self, uri, settings):
        print(json.dumps([uri, settings]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def serve(socket):
    spark = session("files", {SOCKET: socket})
    spark.sparkContext.setLogLevel("ERROR")
    for line in sys.stdin:
        uri, settings = json.loads(line)
        for name, value in settings.items():
            spark.conf.set(name, value)
        frame = spark.read.format("s3dlio").load(uri).select("content")
        figures = measure(lambda: frame.mapInArrow(content, RESULT))
        for name in settings:
            spark.conf.unset(name)
        print(json.dumps(figures), flush=True)


def compare_settings(folder, rounds):
    sessions = {socket: Session(socket) for socket in ("false", "true")}
    for data, (size, objects) in DATA_SETS["settings"].items():
        _, uri = fill(None, "files", folder, data, size, objects)
        figures = {name: [] for name in SETTINGS}
        for round_ in range(-3, rounds):
            for name, settings in SETTINGS.items():
                own = {key: value for key, value in settings.items() if key != SOCKET}
                one = sessions[settings.get(SOCKET, "false")]
                seconds, seen, _ = one.measure(uri, own)
                assert seen == objects, (name, seen)
                if round_ >= 0:
                    figures[name].append(seconds / (size * objects / 1e9))
        print(f"\n{objects} x {data}, content by value, CPU-s/GB: median (lowest to highest), of defaults")
        for name, values in figures.items():
            ratio = statistics.median(a / b for a, b in zip(values, figures["defaults"]))
            print(
                f"  {name:24} {statistics.median(values):6.3f} ({min(values):.3f} to {max(values):.3f}), "
                f"{ratio:.2f}",
                flush=True,
            )
    for one in sessions.values():
        one.process.stdin.close()
        one.process.wait()


def main(kind, place):
    if kind == "serve":
        serve(place)
        return
    if kind == "settings":
        compare_settings(place, int(os.environ["ROUNDS"]))
        return
    spark = session(kind)
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.addPyFile(os.environ["S3DLIO_JAR"])
    for data, (size, objects) in DATA_SETS[kind].items():
        path, uri = fill(spark, kind, place, data, size, objects)
        compare(data, size, objects, ways(spark, kind, path, uri), int(os.environ["ROUNDS"]))


main(*sys.argv[1:])
