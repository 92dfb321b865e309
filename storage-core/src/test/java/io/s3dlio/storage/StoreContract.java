package io.s3dlio.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** A store, opened for each test in a place of its own, and what the tests of it share. */
public abstract class StoreContract {
  /** One store and a place in it. */
  public interface Fixture {
    /** Opens the store. */
    ObjectStore open() throws IOException;

    /** Returns a prefix, ending with a slash, below which there is nothing. */
    Location freshPrefix() throws IOException;

    /** Returns whether directories exist, so that no object can be where one is. */
    boolean isPosix();

    /**
     * Returns whether a listing shows objects below the name of another, and a name may be empty:
     * every store that knows no directories does, but for some servers.
     */
    default boolean hasFreeKeys() {
      return !isPosix();
    }

    /** Returns whether keys may have backslashes. */
    default boolean hasBackslashes() {
      return true;
    }

    /** Returns the order in which keys are listed. */
    default Comparator<String> keyOrder() {
      return StoreContract::compareBytes;
    }

    /** Returns a size at which the store begins another part or piece. */
    int partSize();

    /**
     * Returns a key below the prefix that the store refuses to delete, even though it is absent.
     */
    Location refused(Location prefix);

    /** Returns why the backend, which is not ours, cannot pass some tests, by their names. */
    default Map<String, String> unable() {
      return Map.of();
    }

    /** Returns whether the backend holds nothing at all below the prefix, unfinished or whole. */
    boolean isUntouched(Location prefix) throws IOException;
  }

  static final WriterOptions NOT_REPLACING = WriterOptions.DEFAULT.withReplaceExisting(false);

  protected Fixture fixture;
  protected ObjectStore store;
  protected Location prefix;

  /** Returns what the tests run against; asked once for each test. */
  protected abstract Fixture fixture() throws IOException;

  @BeforeEach
  void openStore(TestInfo test) throws IOException {
    fixture = fixture();
    store = fixture.open();
    prefix = fixture.freshPrefix();
    String name = test.getTestMethod().orElseThrow().getName();
    String reason = fixture.unable().get(name);
    Assumptions.assumeTrue(reason == null, reason);
  }

  @AfterEach
  void closeStore() {
    store.close();
    store.close();
  }

  /** Writes an object below the prefix. */
  protected final ObjectInfo put(String key, byte[] content) throws IOException {
    return store.put(prefix.append(key), direct(content), WriterOptions.DEFAULT);
  }

  /** Returns the keys below a prefix, the test's own prefix cut off. */
  protected final List<String> keys(Location below) throws IOException {
    return keys(list(below, ListOptions.RECURSIVE));
  }

  /** Reads a range of one version into memory that is nowhere aligned. */
  protected final byte[] read(ObjectInfo object, long offset, int length) throws IOException {
    ByteBuffer target = alignedTarget(length + 3).position(3);
    store.read(ReadRequest.of(object, offset, target));
    return bytes(target.position(3));
  }

  /** Returns bytes that differ from seed to seed. */
  protected static byte[] content(long seed, int length) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  protected static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  /** Returns the remaining bytes and leaves the buffer as it is. */
  protected static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }

  /** A write's own word agrees with the store's; the time is that of the store's clock. */
  void assertTold(ObjectInfo written) throws IOException {
    ObjectInfo there = store.stat(written.location());
    assertThat(written.length()).isEqualTo(there.length());
    assertThat(written.etag()).isEqualTo(there.etag());
    assertThat(written.lastModified())
        .isCloseTo(there.lastModified(), within(1, ChronoUnit.MINUTES));
  }

  StagedObject stage(Location location, byte[] content, WriterOptions options) throws IOException {
    try (ObjectWriter writer = store.createWriter(location, options)) {
      writer.write(direct(content));
      return writer.stage();
    }
  }

  ObjectInfo at(String key) {
    return new ObjectInfo(prefix.append(key), 0, Instant.EPOCH, "");
  }

  List<ObjectInfo> list(Location below, ListOptions options) throws IOException {
    List<ObjectInfo> objects = new ArrayList<>();
    try (ObjectListing listing = store.list(below, options)) {
      while (listing.hasNext()) {
        objects.add(listing.next());
      }
    }
    return objects;
  }

  List<String> keys(List<ObjectInfo> objects) {
    return objects.stream()
        .map(object -> object.location().key().substring(prefix.key().length()))
        .toList();
  }

  List<String> sorted(List<String> keys) {
    return keys.stream().sorted(fixture.keyOrder()).toList();
  }

  static int compareBytes(String left, String right) {
    return Arrays.compareUnsigned(left.getBytes(UTF_8), right.getBytes(UTF_8));
  }

  static ByteBuffer alignedTarget(int length) {
    ByteBuffer memory = ByteBuffer.allocateDirect(length + 4096);
    return memory.slice(4096 - memory.alignmentOffset(0, 4096), length);
  }

  static byte[] filled(ByteBuffer buffer) {
    byte[] filling = filled(buffer.capacity(), 0x5a);
    buffer.duplicate().clear().put(filling);
    return filling;
  }

  static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** Work of one of several threads. */
  @FunctionalInterface
  interface Work<T> {
    T run(int thread) throws Exception;
  }

  static <T> List<T> inParallel(int threads, Work<T> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier start = new CyclicBarrier(threads);
    try {
      List<Callable<T>> calls = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        calls.add(
            () -> {
              start.await();
              return work.run(thread);
            });
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : executor.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }
}
