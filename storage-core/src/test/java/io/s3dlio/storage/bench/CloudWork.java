package io.s3dlio.storage.bench;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.testing.Rounds;
import io.s3dlio.testing.Rounds.Work;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * What the benchmarks of stores across a network do, by a store or by a bare loop over sockets that
 * signs as S3 asks. The container holds {@code large/0} to {@code large/15} of 64 MiB and {@code
 * small/0} to {@code small/1999} of 100 KiB; objects are written below {@code put/}.
 */
public class CloudWork {
  protected static final int LARGE = 64 << 20;
  private static final int RANGE = 8 << 20;
  private static final int LARGE_OBJECTS = 16;
  private static final int RANGES = LARGE_OBJECTS * (LARGE / RANGE);
  private static final int SMALL = 100 << 10;
  private static final int SMALL_OBJECTS = 2000;
  protected static final int PUT = 16 << 20;
  private static final int PUTS = 24;
  protected static final int UPLOADS = 6;
  protected static final int PARTS = LARGE / PUT;
  private static final int READERS = 8;
  private static final int SMALL_READERS = 32;
  protected static final int WRITERS = 2;

  private final Location container;
  private final UnaryOperator<String> reading;
  private final String method;
  private final UnaryOperator<String> writing;
  private final Connections connections;
  protected final ByteBuffer content = ByteBuffer.allocateDirect(LARGE);
  private final ThreadLocal<ByteBuffer> targets =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(RANGE));

  /** Opens a connection of a bare loop. */
  @FunctionalInterface
  public interface Connections {
    BareHttp open(URI endpoint) throws IOException;
  }

  /**
   * @param reading makes the path that an object is read from of its key
   * @param method that it is written by
   * @param writing makes the path that it is written to, with its query
   */
  protected CloudWork(
      Location container,
      UnaryOperator<String> reading,
      String method,
      UnaryOperator<String> writing,
      Connections connections) {
    this.container = container;
    this.reading = reading;
    this.method = method;
    this.writing = writing;
    this.connections = connections;
    byte[] random = new byte[LARGE];
    new Random(1).nextBytes(random);
    content.put(random).flip();
  }

  /** Reads a range into a target that has room for it. */
  @FunctionalInterface
  public interface Reader {
    void read(ReadRequest request) throws Exception;
  }

  /** Writes an object of {@link #content}, or of its beginning. */
  @FunctionalInterface
  public interface Writer {
    void write(String key) throws Exception;
  }

  // ---- reading

  public static Rounds large(String how) {
    return new Rounds("GET 8 MiB ranges, 8 at once" + how, (long) LARGE_OBJECTS * LARGE, RANGES);
  }

  public Work large(Reader store) {
    return () ->
        Threads.shared(READERS)
            .run(RANGES, n -> store.read(request("large/" + n / 8, (n % 8) * (long) RANGE, RANGE)));
  }

  public Work bareLarge(URI endpoint) {
    return bare(
        endpoint,
        READERS,
        RANGES,
        (http, n) ->
            http.get(
                reading.apply("large/" + n / 8), (n % 8) * (long) RANGE, targets.get().clear()));
  }

  public static Rounds small() {
    return new Rounds(
        "GET 100 KiB objects, 32 at once", (long) SMALL_OBJECTS * SMALL, SMALL_OBJECTS);
  }

  public Work small(Reader store) {
    return () ->
        Threads.shared(SMALL_READERS)
            .run(SMALL_OBJECTS, n -> store.read(request("small/" + n, 0, SMALL)));
  }

  public Work bareSmall(URI endpoint) {
    return bare(
        endpoint,
        SMALL_READERS,
        SMALL_OBJECTS,
        (http, n) -> http.get(reading.apply("small/" + n), 0, targets.get().clear().limit(SMALL)));
  }

  private ReadRequest request(String key, long offset, int length) {
    return new ReadRequest(at(key), "", offset, targets.get().clear().limit(length));
  }

  // ---- writing

  public static Rounds puts(String how) {
    return new Rounds("PUT 16 MiB, 2 at once, " + how, (long) PUTS * PUT, PUTS);
  }

  public Work puts(ObjectStore store) {
    return puts(key -> store.put(at(key), content.slice(0, PUT), WriterOptions.DEFAULT));
  }

  /** Writes objects of as many bytes as a part has. */
  public Work puts(Writer writer) {
    return () -> Threads.shared(WRITERS).run(PUTS, n -> writer.write("put/" + n));
  }

  public Work barePuts(URI endpoint, boolean signed) {
    return bare(
        endpoint,
        WRITERS,
        PUTS,
        (http, n) ->
            http.send(method, writing.apply("put/" + n), "", content.slice(0, PUT), signed));
  }

  public static Rounds uploads(String how) {
    return new Rounds(
        "Upload 64 MiB in parts of 16 MiB, 2 at once, " + how, (long) UPLOADS * LARGE, UPLOADS);
  }

  public Work uploads(ObjectStore store) {
    return uploads(
        key -> {
          try (ObjectWriter writer = store.createWriter(at(key), WriterOptions.DEFAULT)) {
            writer.write(content.duplicate());
            writer.complete();
          }
        });
  }

  /** Writes objects of several parts. */
  public Work uploads(Writer writer) {
    return () -> Threads.shared(WRITERS).run(UPLOADS, n -> writer.write("put/u" + n));
  }

  private Location at(String key) {
    return container.withKey(key);
  }

  /** Work over a connection of one's own. */
  @FunctionalInterface
  private interface BareWork {
    void run(BareHttp http, int number) throws Exception;
  }

  private Work bare(URI endpoint, int threads, int count, BareWork work) {
    ThreadLocal<BareHttp> own = new ThreadLocal<>();
    Threads workers = new Threads(threads);
    return () -> workers.run(count, n -> work.run(connection(own, endpoint), n));
  }

  protected BareHttp connection(ThreadLocal<BareHttp> own, URI endpoint) throws IOException {
    if (own.get() == null) {
      own.set(connections.open(endpoint));
    }
    return own.get();
  }
}
