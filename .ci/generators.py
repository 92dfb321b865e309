"""Generates with other libraries what the benchmark asks for: objects of 8 MiB, into one buffer.

    generators.py

Each line of the input names a way below; each line of the output tells the CPU seconds that it took
this process. With "look " before the name it tells by which factors zstd -3 compresses each object
and storage deduplicates the blocks of 4 KiB of all of them.
"""

import hashlib
import os
import sys

import dgen_py
import s3dlio
import zstandard

SIZE = 8 << 20
OBJECTS = 256
LOOKED_AT = 16
BLOCK = 4096
# More than is asked for; the libraries keep a table of as many blocks.
ENOUGH = 256 << 30

buffer = bytearray(SIZE)


def streaming(library, **options):
    generator = library.Generator(size=ENOUGH, **options)
    return lambda: generator.fill_chunk(buffer)


WAYS = {
    "dgen-py": streaming(dgen_py, max_threads=1),
    "dgen-py 2, 3": streaming(dgen_py, max_threads=1, dedup_ratio=2, compress_ratio=3),
    "s3dlio streaming": streaming(s3dlio),
    "s3dlio": lambda: s3dlio.generate_into_buffer(buffer, threads=1),
    "s3dlio 2, 3": lambda: s3dlio.generate_into_buffer(buffer, dedup=2, compress=3, threads=1),
}


def cpu():
    times = os.times()
    return times.user + times.system


def look(way):
    compressed = 0
    seen = set()
    for _ in range(LOOKED_AT):
        way()
        compressed += len(zstandard.ZstdCompressor(level=3).compress(buffer))
        for at in range(0, SIZE, BLOCK):
            seen.add(hashlib.md5(buffer[at : at + BLOCK]).digest())
    blocks = LOOKED_AT * SIZE // BLOCK
    return f"{LOOKED_AT * SIZE / compressed:.3f},{blocks / len(seen):.3f}"


for line in sys.stdin:
    name = line.strip()
    if name.startswith("look "):
        print(look(WAYS[name.removeprefix("look ")]), flush=True)
        continue
    before = cpu()
    for _ in range(OBJECTS):
        WAYS[name]()
    print(cpu() - before, flush=True)
