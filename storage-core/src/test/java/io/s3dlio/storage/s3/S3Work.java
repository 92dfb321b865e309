package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.bench.BareHttp;
import io.s3dlio.storage.bench.Threads;
import io.s3dlio.testing.Rounds;
import io.s3dlio.testing.Rounds.Work;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * What the benchmarks of S3 do, by a store or by a bare loop over sockets that signs as stores do.
 * The bucket holds {@code large/0} to {@code large/15} of 64 MiB and {@code small/0} to {@code
 * small/1999} of 100 KiB; objects are written below {@code put/}.
 */
final class S3Work {
  private static final int LARGE = 64 << 20;
  private static final int RANGE = 8 << 20;
  private static final int LARGE_OBJECTS = 16;
  private static final int RANGES = LARGE_OBJECTS * (LARGE / RANGE);
  private static final int SMALL = 100 << 10;
  private static final int SMALL_OBJECTS = 2000;
  private static final int PUT = 16 << 20;
  private static final int PUTS = 24;
  private static final int UPLOADS = 6;
  private static final int PARTS = LARGE / PUT;
  private static final int READERS = 8;
  private static final int SMALL_READERS = 32;
  private static final int WRITERS = 2;

  private final String bucket;
  private final S3Credentials keys;
  private final ByteBuffer content = ByteBuffer.allocateDirect(LARGE);
  private final ThreadLocal<ByteBuffer> targets =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(RANGE));

  S3Work(String bucket, S3Credentials keys) {
    this.bucket = bucket;
    this.keys = keys;
    byte[] random = new byte[LARGE];
    new Random(1).nextBytes(random);
    content.put(random).flip();
  }

  S3Config.Builder config(URI endpoint) {
    return S3Config.builder().endpoint(endpoint).region("us-east-1").credentials(keys);
  }

  /** Reads a range into a target that has room for it. */
  @FunctionalInterface
  interface Reader {
    void read(ReadRequest request) throws Exception;
  }

  // ---- reading

  static Rounds large(String how) {
    return new Rounds("GET 8 MiB ranges, 8 at once" + how, (long) LARGE_OBJECTS * LARGE, RANGES);
  }

  Work large(Reader store) {
    return () ->
        Threads.shared(READERS)
            .run(RANGES, n -> store.read(request("large/" + n / 8, (n % 8) * (long) RANGE, RANGE)));
  }

  Work bareLarge(URI endpoint) {
    return bare(
        endpoint,
        READERS,
        RANGES,
        (http, n) ->
            http.get(
                "/" + bucket + "/large/" + n / 8, (n % 8) * (long) RANGE, targets.get().clear()));
  }

  static Rounds small() {
    return new Rounds(
        "GET 100 KiB objects, 32 at once", (long) SMALL_OBJECTS * SMALL, SMALL_OBJECTS);
  }

  Work small(Reader store) {
    return () ->
        Threads.shared(SMALL_READERS)
            .run(SMALL_OBJECTS, n -> store.read(request("small/" + n, 0, SMALL)));
  }

  Work bareSmall(URI endpoint) {
    return bare(
        endpoint,
        SMALL_READERS,
        SMALL_OBJECTS,
        (http, n) -> http.get("/" + bucket + "/small/" + n, 0, targets.get().clear().limit(SMALL)));
  }

  private ReadRequest request(String key, long offset, int length) {
    return new ReadRequest(at(key), "", offset, targets.get().clear().limit(length));
  }

  // ---- writing

  static Rounds puts(String how) {
    return new Rounds("PUT 16 MiB, 2 at once, " + how, (long) PUTS * PUT, PUTS);
  }

  Work puts(ObjectStore store) {
    return () ->
        Threads.shared(WRITERS)
            .run(
                PUTS, n -> store.put(at("put/" + n), content.slice(0, PUT), WriterOptions.DEFAULT));
  }

  Work barePuts(URI endpoint, boolean signed) {
    return bare(
        endpoint,
        WRITERS,
        PUTS,
        (http, n) ->
            http.send("PUT", "/" + bucket + "/put/" + n, "", content.slice(0, PUT), signed));
  }

  static Rounds uploads() {
    return new Rounds(
        "Upload 64 MiB in parts of 16 MiB, 2 at once, unsigned", (long) UPLOADS * LARGE, UPLOADS);
  }

  Work uploads(ObjectStore store) {
    return () -> Threads.shared(WRITERS).run(UPLOADS, n -> upload(store, n));
  }

  private void upload(ObjectStore store, int n) throws Exception {
    try (ObjectWriter writer = store.createWriter(at("put/u" + n), WriterOptions.DEFAULT)) {
      writer.write(content.duplicate());
      writer.complete();
    }
  }

  /**
   * @param atOnce whether the parts of an upload are sent all at once, as stores do, each over a
   *     connection of its own, and not one after the other
   */
  Work bareUploads(URI endpoint, boolean atOnce) {
    Threads writers = new Threads(WRITERS);
    Threads senders = new Threads(WRITERS * PARTS);
    return () -> {
      // A server closes those that are idle while others have their turns.
      ThreadLocal<BareHttp> connections = new ThreadLocal<>();
      writers.run(
          UPLOADS,
          n -> {
            BareHttp http = connection(connections, endpoint);
            String path = "/" + bucket + "/put/u" + n;
            String begun = http.send("POST", path, "uploads=", ByteBuffer.allocate(0), false);
            String id =
                begun.substring(begun.indexOf("<UploadId>") + 10, begun.indexOf("</UploadId>"));
            String[] etags = new String[PARTS];
            if (atOnce) {
              senders.run(
                  PARTS, i -> etags[i] = barePart(connection(connections, endpoint), path, id, i));
            } else {
              for (int i = 0; i < PARTS; i++) {
                etags[i] = barePart(http, path, id, i);
              }
            }
            http.send("POST", path, "uploadId=" + id, bareParts(etags), false);
          });
    };
  }

  private String barePart(BareHttp http, String path, String id, int part) throws IOException {
    String query = "partNumber=" + (part + 1) + "&uploadId=" + id;
    return http.send("PUT", path, query, content.slice(part * PUT, PUT), false);
  }

  private static ByteBuffer bareParts(String[] etags) {
    StringBuilder parts = new StringBuilder("<CompleteMultipartUpload>");
    for (int i = 0; i < etags.length; i++) {
      parts.append("<Part><PartNumber>").append(i + 1).append("</PartNumber><ETag>");
      parts.append(etags[i]).append("</ETag></Part>");
    }
    return ByteBuffer.wrap(parts.append("</CompleteMultipartUpload>").toString().getBytes(UTF_8));
  }

  private Location at(String key) {
    return new Location("s3", bucket, key);
  }

  /** Work over a connection of one's own. */
  @FunctionalInterface
  private interface BareWork {
    void run(BareHttp http, int number) throws Exception;
  }

  private Work bare(URI endpoint, int threads, int count, BareWork work) {
    ThreadLocal<BareHttp> connections = new ThreadLocal<>();
    Threads own = new Threads(threads);
    return () -> own.run(count, n -> work.run(connection(connections, endpoint), n));
  }

  private BareHttp connection(ThreadLocal<BareHttp> connections, URI endpoint) throws IOException {
    if (connections.get() == null) {
      connections.set(new BareHttp(endpoint, keys.accessKeyId(), keys.secretAccessKey()));
    }
    return connections.get();
  }
}
