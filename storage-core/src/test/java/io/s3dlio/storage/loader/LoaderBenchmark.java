package io.s3dlio.storage.loader;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.BatchRead;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Credentials;
import io.s3dlio.storage.tuning.SizeSummary;
import io.s3dlio.testing.ReadOnlyStore;
import io.s3dlio.testing.Rounds;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What loaders cost and gain.
 *
 * <pre>
 * LoaderBenchmark latency URI ROUNDS   one object at a time against the loaders, 5 and 20 ms a request
 * LoaderBenchmark cpu     URI ROUNDS   the loader against a loop over the range engine
 * LoaderBenchmark memory  URI          the most that was leased against the configured window
 * LoaderBenchmark cancel  URI          from cancelling until no request is in flight
 * </pre>
 *
 * The URI is a prefix of files, or of the MinIO of {@code S3DLIO_TEST_MINIO}; it is filled.
 */
public final class LoaderBenchmark {
  private static final int REPEATS = 8;
  private static final int BATCH = 32;
  private static final int AHEAD = LoaderOptions.DEFAULT_PREFETCH;
  private static final int SMALL = 100 << 10;
  private static final int MEDIUM = 8 << 20;

  private final String uri;
  private final StoreConfig config;

  private LoaderBenchmark(String uri) {
    this.uri = uri.endsWith("/") ? uri : uri + "/";
    this.config = config();
  }

  private static StoreConfig config() {
    String endpoint = System.getenv("S3DLIO_TEST_MINIO");
    if (endpoint == null) {
      return StoreConfig.DEFAULT;
    }
    S3Credentials keys =
        new S3Credentials(
            System.getenv("S3DLIO_TEST_KEY"), System.getenv("S3DLIO_TEST_SECRET"), "");
    return StoreConfig.DEFAULT.withS3(
        S3Config.builder()
            .endpoint(URI.create(endpoint))
            .region("us-east-1")
            .credentials(keys)
            .build());
  }

  public static void main(String[] args) throws Exception {
    LoaderBenchmark benchmark = new LoaderBenchmark(args[1]);
    switch (args[0]) {
      case "latency" -> benchmark.latency(Integer.parseInt(args[2]));
      case "cpu" -> benchmark.cpu(Integer.parseInt(args[2]));
      case "memory" -> benchmark.memory();
      case "cancel" -> benchmark.cancel();
      default -> throw new IllegalArgumentException("Say latency, cpu, memory or cancel");
    }
    System.exit(0);
  }

  private Dataset filled(String name, int count, int size) throws IOException {
    String prefix = uri + name + "/";
    ByteBuffer content = ByteBuffer.allocateDirect(size);
    while (content.remaining() >= Long.BYTES) {
      content.putLong(ThreadLocalRandom.current().nextLong());
    }
    try (ObjectStore store = ObjectStores.forUri(prefix, config)) {
      for (int i = 0; i < count; i++) {
        Location location = Location.parse(prefix + "%05d".formatted(i));
        store.put(location, content.clear(), WriterOptions.DEFAULT);
      }
    }
    return Dataset.fromPrefix(prefix, config);
  }

  /** Returns the same objects from a store that takes so much longer for each request. */
  private static Dataset late(Dataset dataset, long millis, AtomicInteger inFlight) {
    Items items =
        new Items() {
          @Override
          public long size() {
            return dataset.size();
          }

          @Override
          public DatasetItem item(long index) {
            return dataset.item(index);
          }
        };
    return new Dataset(
        items,
        new DatasetStores(location -> new LateStore(dataset.store(location), millis, inFlight)),
        dataset.storeConfig());
  }

  // ---- latency

  private void latency(int rounds) throws Exception {
    int count = 256;
    try (Dataset dataset = filled("small", count, SMALL)) {
      for (long millis : new long[] {5, 20}) {
        Dataset late = late(dataset, millis, new AtomicInteger());
        Rounds ways =
            new Rounds(
                "%d ms a request, %d objects of 100 KiB, batches of 32".formatted(millis, count),
                (long) count * SMALL,
                count);
        List<Timed> timed =
            List.of(
                new Timed("one at a time", () -> oneAtATime(late)),
                new Timed("DataLoader", () -> drain(new DataLoader(late, LoaderOptions.DEFAULT))),
                new Timed("AsyncPool, 64", () -> drain(late)));
        timed.forEach(way -> ways.add(way.name, way::run));
        ways.print("DataLoader", rounds);
        double alone = timed.get(0).median(rounds);
        for (Timed way : timed.subList(1, timed.size())) {
          System.out.printf(
              "  %s is %.1f times as fast as one at a time%n",
              way.name, alone / way.median(rounds));
        }
      }
    }
  }

  private static final class Timed {
    private final String name;
    private final Rounds.Work work;
    private final List<Long> nanos = new ArrayList<>();

    Timed(String name, Rounds.Work work) {
      this.name = name;
      this.work = work;
    }

    void run() throws Exception {
      long start = System.nanoTime();
      work.run();
      nanos.add(System.nanoTime() - start);
    }

    /** Of those after the warm-up. */
    double median(int rounds) {
      return nanos.subList(nanos.size() - rounds, nanos.size()).stream()
          .sorted()
          .skip(rounds / 2)
          .findFirst()
          .orElseThrow();
    }
  }

  private static void oneAtATime(Dataset dataset) throws IOException {
    for (long i = 0; i < dataset.size(); i++) {
      DatasetItem item = dataset.item(i);
      ObjectStore store = dataset.store(item.location());
      ObjectInfo object =
          new ObjectInfo(item.location(), item.length().getAsLong(), Instant.EPOCH, item.etag());
      RangeEngine.shared().get(store, object, 0, object.length());
    }
  }

  private static void drain(Dataset dataset) {
    try (AsyncPoolDataLoader loader = new AsyncPoolDataLoader(dataset, LoaderOptions.DEFAULT)) {
      loader.stream().forEachRemaining(Batch::close);
    }
  }

  private static void drain(DataLoader loader) {
    try (loader) {
      loader.stream().forEachRemaining(Batch::close);
    }
  }

  // ---- cpu

  private void cpu(int rounds) throws Exception {
    compare("100 KiB", filled("small", 2000, SMALL), SMALL, rounds);
    compare("8 MiB", filled("medium", 64, MEDIUM), MEDIUM, rounds);
  }

  private static void compare(String title, Dataset dataset, int size, int rounds)
      throws Exception {
    int batch = size == SMALL ? BATCH : 4;
    LoaderOptions options = LoaderOptions.DEFAULT.withBatchSize(batch).withPersistentWorkers(true);
    long bytes = REPEATS * dataset.size() * size;
    int requests = REPEATS * (int) dataset.size();
    try (dataset;
        DataLoader leasing = new DataLoader(dataset, options.withLeases(true));
        DataLoader collected = new DataLoader(dataset, options);
        RangeEngine engine =
            new RangeEngine(LoaderOptions.DEFAULT_MAX_CONCURRENCY, "bare-", true)) {
      new Rounds(title + ", leases", bytes, requests)
          .add("engine loop", () -> repeat(() -> loop(engine, dataset, batch, true)))
          .add("DataLoader", () -> repeat(() -> leasing.stream().forEachRemaining(Batch::close)))
          .print("DataLoader", rounds);
      new Rounds(title + ", collected memory", bytes, requests)
          .add("engine loop", () -> repeat(() -> loop(engine, dataset, batch, false)))
          .add("DataLoader", () -> repeat(() -> collected.stream().forEachRemaining(Batch::close)))
          .print("DataLoader", rounds);
    }
  }

  /** A tick of CPU time is too long for one epoch. */
  private static void repeat(Rounds.Work epoch) throws Exception {
    for (int i = 0; i < REPEATS; i++) {
      epoch.run();
    }
  }

  private record Pending(BatchRead read, BufferLease lease) {}

  /** What one would write who knows sizes and has one store: as many batches ahead, in order. */
  private static void loop(RangeEngine engine, Dataset dataset, int batch, boolean leases)
      throws IOException {
    RangeEngineConfig ranges = RangeEngineConfig.DEFAULT.withChunkSize(8 << 20);
    Deque<Pending> pending = new ArrayDeque<>();
    long from = 0;
    while (from < dataset.size() || !pending.isEmpty()) {
      while (from < dataset.size() && pending.size() <= AHEAD) {
        List<DatasetItem> items = new ArrayList<>();
        int bytes = 0;
        for (; items.size() < batch && from < dataset.size(); from++) {
          items.add(dataset.item(from));
          bytes += (int) items.get(items.size() - 1).length().getAsLong();
        }
        BufferLease lease = leases ? BufferPool.shared().acquire(bytes) : new Collected(bytes);
        List<ReadRequest> requests = new ArrayList<>();
        int at = 0;
        for (DatasetItem item : items) {
          int length = (int) item.length().getAsLong();
          requests.add(
              new ReadRequest(
                  item.location(), item.etag(), 0, lease.buffer().slice(at, length), true));
          at += length;
        }
        BatchRead read =
            engine.submit(
                dataset.store(items.get(0).location()),
                requests,
                ranges,
                LoaderOptions.DEFAULT_MAX_CONCURRENCY,
                new CancellationToken());
        pending.add(new Pending(read, lease));
      }
      Pending next = pending.remove();
      next.read.await();
      next.lease.close();
    }
  }

  private record Collected(ByteBuffer buffer) implements BufferLease {
    Collected(int bytes) {
      this(ByteBuffer.allocateDirect(bytes));
    }

    @Override
    public void close() {}
  }

  // ---- memory

  private void memory() throws Exception {
    try (Dataset dataset = filled("medium", 64, MEDIUM)) {
      for (int prefetch : new int[] {0, 1, 3}) {
        BufferPool pool = new BufferPool(4L << 30);
        LoaderOptions options =
            LoaderOptions.DEFAULT.withBatchSize(8).withPrefetch(prefetch).withLeases(true);
        try (LoaderCore core = new LoaderCore(dataset, options, false, new LeasedMemory(pool))) {
          LoaderSettings settings = LoaderSettings.of(options, 0, SizeSummary.UNKNOWN);
          core.stream(settings, 0).forEachRemaining(Batch::close);
        }
        long window = (prefetch + 1) * 8L * MEDIUM;
        System.out.printf(
            "  prefetch %d: %d MiB at most, %.2f of a window of %d batches%n",
            prefetch,
            pool.stats().peakLeasedBytes() >> 20,
            (double) pool.stats().peakLeasedBytes() / window,
            prefetch + 1);
      }
    }
  }

  // ---- cancel

  private void cancel() throws Exception {
    long millis = 20;
    try (Dataset dataset = filled("small", 2000, SMALL)) {
      for (boolean pool : new boolean[] {false, true}) {
        List<Double> quiet = new ArrayList<>();
        List<Double> told = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          AtomicInteger inFlight = new AtomicInteger();
          CancellationToken token = new CancellationToken();
          LoaderOptions options = LoaderOptions.DEFAULT.withCancellationToken(token);
          Dataset late = late(dataset, millis, inFlight);
          try (DataLoader loader = new DataLoader(late, options);
              AsyncPoolDataLoader async = new AsyncPoolDataLoader(late, options)) {
            BatchStream stream = pool ? async.stream() : loader.stream();
            stream.nextBatch();
            long start = System.nanoTime();
            token.cancel();
            try {
              stream.nextBatch();
            } catch (LoaderCancelledException e) {
              told.add((System.nanoTime() - start) / 1e6);
            }
            while (inFlight.get() > 0) {
              LockSupport.parkNanos(100_000);
            }
            quiet.add((System.nanoTime() - start) / 1e6);
          }
        }
        System.out.printf(
            "  %s, %d ms a request: told after %.2f ms, quiet after %.1f ms (medians; at most %.1f"
                + " ms)%n",
            pool ? "AsyncPoolDataLoader" : "DataLoader",
            millis,
            median(told),
            median(quiet),
            quiet.stream().mapToDouble(each -> each).max().orElse(0));
      }
    }
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(each -> each).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  /** A store whose every read takes so much longer, as a round trip does. */
  private static final class LateStore extends ReadOnlyStore {
    private final ObjectStore store;
    private final long millis;
    private final AtomicInteger inFlight;

    LateStore(ObjectStore store, long millis, AtomicInteger inFlight) {
      this.store = store;
      this.millis = millis;
      this.inFlight = inFlight;
    }

    @Override
    public void read(ReadRequest request) throws IOException {
      inFlight.incrementAndGet();
      try {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        store.read(request);
      } finally {
        inFlight.decrementAndGet();
      }
    }

    @Override
    public ObjectInfo stat(Location location) throws IOException {
      return store.stat(location);
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) throws IOException {
      return store.list(prefix, options);
    }
  }
}
