"""Reads by another library what the benchmark asks for.

    peers.py s3dlio|obstore
    peers.py upload <folder>        puts its files into the bucket

Each line of the input says "large" (8 MiB ranges of 64 MiB objects, 8 at once) or "small" (objects
of 100 KiB, 32 at once); each line of the output tells the CPU seconds that it took this process.
The environment names the bucket (BUCKET), and the endpoint and keys as for every client of AWS.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

RANGE = 8 << 20
RANGES = [(f"large/{i}", part * RANGE) for i in range(16) for part in range(8)]
SMALL = 100 << 10
SMALL_KEYS = [f"small/{i}" for i in range(2000)]


class S3dlio:
    def __init__(self, bucket):
        import s3dlio

        self.library = s3dlio
        self.prefix = f"s3://{bucket}/"

    def range(self, key, offset):
        return len(self.library.get_range(self.prefix + key, offset, RANGE))

    def small(self, pool):
        uris = [self.prefix + key for key in SMALL_KEYS]
        return [len(content) for _, content in self.library.get_many(uris, max_in_flight=32)]


class Obstore:
    def __init__(self, bucket):
        from obstore.store import S3Store

        self.store = S3Store(
            bucket,
            endpoint=os.environ["AWS_ENDPOINT_URL"],
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )

    def range(self, key, offset):
        return len(self.store.get_range(key, start=offset, length=RANGE))

    def small(self, pool):
        return list(pool.map(lambda key: len(self.store.get(key).bytes()), SMALL_KEYS))


def upload(folder):
    store = Obstore(os.environ["BUCKET"]).store
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                store.put(os.path.relpath(path, folder), file)


def cpu():
    times = os.times()
    return times.user + times.system


def main():
    if sys.argv[1] == "upload":
        upload(sys.argv[2])
        return
    library = {"s3dlio": S3dlio, "obstore": Obstore}[sys.argv[1]](os.environ["BUCKET"])
    with ThreadPoolExecutor(8) as eight, ThreadPoolExecutor(32) as many:
        for line in sys.stdin:
            before = cpu()
            if line.strip() == "large":
                sizes = list(eight.map(lambda at: library.range(*at), RANGES))
                wanted = [RANGE] * len(RANGES)
            else:
                sizes = library.small(many)
                wanted = [SMALL] * len(SMALL_KEYS)
            seconds = cpu() - before
            if sizes != wanted:
                raise SystemExit(f"{sys.argv[1]} read other sizes than those asked for")
            print(seconds, flush=True)


main()
