package io.s3dlio.storage.s3;

import com.sun.management.OperatingSystemMXBean;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.bench.BareHttp;
import io.s3dlio.storage.s3.S3Config.PayloadSigning;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * CPU of a client of S3, per byte and per request: our store, the AWS SDK, and a bare loop over
 * sockets that signs as they do, taking turns in one JVM.
 *
 * <pre>
 * S3Benchmark READ_ENDPOINT WRITE_ENDPOINT BUCKET KEY SECRET [ROUNDS]
 * </pre>
 *
 * The bucket holds {@code large/0} to {@code large/15} of 64 MiB and {@code small/0} to {@code
 * small/1999} of 100 KiB at the first endpoint, which need not know signatures; the second is a
 * server of S3, and objects are written there below {@code put/}.
 */
public final class S3Benchmark {
  private static final int LARGE = 64 << 20;
  private static final int RANGE = 8 << 20;
  private static final int LARGE_OBJECTS = 16;
  private static final int SMALL = 100 << 10;
  private static final int SMALL_OBJECTS = 2000;
  private static final int PUT = 16 << 20;
  private static final int PUTS = 24;
  private static final int UPLOADS = 6;

  private final URI readEndpoint;
  private final URI writeEndpoint;
  private final String bucket;
  private final S3Credentials keys;
  private final ByteBuffer content = ByteBuffer.allocateDirect(LARGE);
  private final ThreadLocal<ByteBuffer> targets =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(RANGE));

  private S3Benchmark(URI readEndpoint, URI writeEndpoint, String bucket, S3Credentials keys) {
    this.readEndpoint = readEndpoint;
    this.writeEndpoint = writeEndpoint;
    this.bucket = bucket;
    this.keys = keys;
    byte[] random = new byte[LARGE];
    new Random(1).nextBytes(random);
    content.put(random).flip();
  }

  /** One request of many. */
  @FunctionalInterface
  private interface Work {
    void run(int number) throws Exception;
  }

  /** One way to do all of them. */
  @FunctionalInterface
  private interface Way {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    S3Benchmark benchmark =
        new S3Benchmark(
            URI.create(args[0]),
            URI.create(args[1]),
            args[2],
            new S3Credentials(args[3], args[4], ""));
    int rounds = args.length > 5 ? Integer.parseInt(args[5]) : 7;
    benchmark.large(rounds);
    benchmark.small(rounds);
    benchmark.puts(Math.max(1, rounds / 3));
    benchmark.uploads(Math.max(1, rounds / 3));
    System.exit(0);
  }

  private ObjectStore own(URI endpoint) {
    return S3Stores.open(
        S3Config.builder()
            .endpoint(endpoint)
            .region("us-east-1")
            .credentials(keys)
            .payloadSigning(PayloadSigning.NEVER)
            .build());
  }

  private ObjectStore sdk(URI endpoint) {
    S3Client client =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey())))
            .build();
    S3Config config = S3Config.builder().checksum(S3Config.Checksum.NONE).partSize(PUT).build();
    return new SdkS3Store(client, config, new UploadThreads(config.maxConnections()));
  }

  private void large(int rounds) throws Exception {
    int ranges = LARGE_OBJECTS * (LARGE / RANGE);
    Map<String, Way> ways = new LinkedHashMap<>();
    ways.put("bare", bare(readEndpoint, 8, ranges, this::bareLarge));
    for (Map.Entry<String, ObjectStore> store : stores(readEndpoint).entrySet()) {
      ways.put(
          store.getKey(),
          () ->
              inParallel(
                  8,
                  ranges,
                  n -> read(store.getValue(), "large/" + n / 8, (n % 8) * (long) RANGE, RANGE)));
    }
    print("GET 8 MiB ranges, 8 at once", ways, (long) LARGE_OBJECTS * LARGE, ranges, rounds);
  }

  private void bareLarge(BareHttp http, int n) throws Exception {
    http.get("/" + bucket + "/large/" + n / 8, (n % 8) * (long) RANGE, targets.get().clear());
  }

  private void small(int rounds) throws Exception {
    Map<String, Way> ways = new LinkedHashMap<>();
    ways.put(
        "bare",
        bare(
            readEndpoint,
            32,
            SMALL_OBJECTS,
            (http, n) ->
                http.get("/" + bucket + "/small/" + n, 0, targets.get().clear().limit(SMALL))));
    for (Map.Entry<String, ObjectStore> store : stores(readEndpoint).entrySet()) {
      ways.put(
          store.getKey(),
          () -> inParallel(32, SMALL_OBJECTS, n -> read(store.getValue(), "small/" + n, 0, SMALL)));
    }
    print(
        "GET 100 KiB objects, 32 at once",
        ways,
        (long) SMALL_OBJECTS * SMALL,
        SMALL_OBJECTS,
        rounds);
  }

  private void puts(int rounds) throws Exception {
    Map<String, Way> ways = new LinkedHashMap<>();
    ways.put(
        "bare",
        bare(
            writeEndpoint,
            2,
            PUTS,
            (http, n) ->
                http.send("PUT", "/" + bucket + "/put/" + n, "", content.slice(0, PUT), false)));
    for (Map.Entry<String, ObjectStore> store : stores(writeEndpoint).entrySet()) {
      ways.put(
          store.getKey(),
          () ->
              inParallel(
                  2,
                  PUTS,
                  n ->
                      store
                          .getValue()
                          .put(at("put/" + n), content.slice(0, PUT), WriterOptions.DEFAULT)));
    }
    print("PUT 16 MiB, 2 at once, unsigned", ways, (long) PUTS * PUT, PUTS, rounds);
  }

  private void uploads(int rounds) throws Exception {
    Map<String, Way> ways = new LinkedHashMap<>();
    ways.put("bare", bare(writeEndpoint, 2, UPLOADS, this::bareUpload));
    for (Map.Entry<String, ObjectStore> store : stores(writeEndpoint).entrySet()) {
      ways.put(store.getKey(), () -> inParallel(2, UPLOADS, n -> upload(store.getValue(), n)));
    }
    print(
        "Upload 64 MiB in parts of 16 MiB, 2 at once, unsigned",
        ways,
        (long) UPLOADS * LARGE,
        UPLOADS,
        rounds);
  }

  private void upload(ObjectStore store, int n) throws Exception {
    try (ObjectWriter writer = store.createWriter(at("put/u" + n), WriterOptions.DEFAULT)) {
      writer.write(content.duplicate());
      writer.complete();
    }
  }

  private void bareUpload(BareHttp http, int n) throws Exception {
    String path = "/" + bucket + "/put/u" + n;
    ByteBuffer none = ByteBuffer.allocate(0);
    String begun = http.send("POST", path, "uploads=", none, false);
    String id = begun.substring(begun.indexOf("<UploadId>") + 10, begun.indexOf("</UploadId>"));
    StringBuilder parts = new StringBuilder("<CompleteMultipartUpload>");
    for (int i = 1; i <= LARGE / PUT; i++) {
      String etag =
          http.send(
              "PUT",
              path,
              "partNumber=" + i + "&uploadId=" + id,
              content.slice((i - 1) * PUT, PUT),
              false);
      parts.append("<Part><PartNumber>").append(i).append("</PartNumber><ETag>");
      parts.append(etag).append("</ETag></Part>");
    }
    byte[] body =
        parts
            .append("</CompleteMultipartUpload>")
            .toString()
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    http.send("POST", path, "uploadId=" + id, ByteBuffer.wrap(body), false);
  }

  private Map<String, ObjectStore> stores(URI endpoint) {
    Map<String, ObjectStore> stores = new LinkedHashMap<>();
    stores.put("s3dlio", own(endpoint));
    stores.put("sdk", sdk(endpoint));
    return stores;
  }

  private void read(ObjectStore store, String key, long offset, int length) throws Exception {
    store.read(new ReadRequest(at(key), "", offset, targets.get().clear().limit(length)));
  }

  private Location at(String key) {
    return new Location("s3", bucket, key);
  }

  /** Work over a connection of one's own. */
  @FunctionalInterface
  private interface BareWork {
    void run(BareHttp http, int number) throws Exception;
  }

  private Way bare(URI endpoint, int threads, int count, BareWork work) throws Exception {
    ThreadLocal<BareHttp> connections = new ThreadLocal<>();
    ExecutorService executor = Executors.newFixedThreadPool(threads, S3Benchmark::daemon);
    return () ->
        inParallel(
            executor,
            threads,
            count,
            n -> {
              if (connections.get() == null) {
                connections.set(new BareHttp(endpoint, keys.accessKeyId(), keys.secretAccessKey()));
              }
              work.run(connections.get(), n);
            });
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  private static void inParallel(int threads, int count, Work work) throws Exception {
    ExecutorService executor =
        POOLS.computeIfAbsent(threads, n -> Executors.newFixedThreadPool(n, S3Benchmark::daemon));
    inParallel(executor, threads, count, work);
  }

  private static final Map<Integer, ExecutorService> POOLS =
      new java.util.concurrent.ConcurrentHashMap<>();

  private static void inParallel(ExecutorService executor, int threads, int count, Work work)
      throws Exception {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      all.add(
          executor.submit(
              () -> {
                for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                  work.run(n);
                }
                return null;
              }));
    }
    for (Future<?> one : all) {
      one.get();
    }
  }

  private static void print(
      String title, Map<String, Way> ways, long bytes, int requests, int rounds) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Map<String, List<Double>> cpu = new LinkedHashMap<>();
    Map<String, List<Double>> wall = new LinkedHashMap<>();
    for (int round = -rounds; round < rounds; round++) {
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        long cpuBefore = system.getProcessCpuTime();
        long before = System.nanoTime();
        way.getValue().run();
        if (round >= 0) {
          cpu.computeIfAbsent(way.getKey(), key -> new ArrayList<>())
              .add((system.getProcessCpuTime() - cpuBefore) / 1e9);
          wall.computeIfAbsent(way.getKey(), key -> new ArrayList<>())
              .add((System.nanoTime() - before) / 1e9);
        }
      }
    }
    System.out.println("\n" + title);
    double bare = median(cpu.get("bare"));
    double sdk = median(cpu.get("sdk"));
    for (String way : ways.keySet()) {
      double seconds = median(cpu.get(way));
      System.out.printf(
          "  %-8s %.3f CPU-s/GB, %4.0f us a request, %.2f GB/s, %.2f x bare, %.2f x sdk%n",
          way,
          seconds / bytes * 1e9,
          seconds / requests * 1e6,
          bytes / median(wall.get(way)) / 1e9,
          seconds / bare,
          seconds / sdk);
    }
  }

  private static double median(@Nullable List<Double> values) {
    return Objects.requireNonNull(values).stream()
        .sorted()
        .skip(values.size() / 2)
        .findFirst()
        .orElseThrow();
  }
}
