package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.BatchRead;
import io.s3dlio.storage.range.RangeEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes objects of JSON. Where they are replaced meanwhile, one version is read. */
final class SmallObjects {
  /** Room for some hundred thousand states. */
  static final long MAX_BYTES = 64L << 20;

  private static final int ATTEMPTS = 20;
  private static final int CONCURRENCY = 32;

  private SmallObjects() {}

  /**
   * What an object says, and its version.
   *
   * @param <T> what it says
   */
  record Versioned<T>(T value, ObjectInfo object) {}

  /**
   * Understands JSON.
   *
   * @param <T> what it makes of it
   */
  @FunctionalInterface
  interface Parser<T> {
    /**
     * @throws IllegalArgumentException if a value is invalid
     * @throws IOException if it is no JSON
     */
    T parse(ByteBuffer json) throws IOException;
  }

  /**
   * @throws NotFoundException if there is no such object
   * @throws io.s3dlio.storage.CorruptException if it is not what the parser takes
   */
  static <T> Versioned<T> read(ObjectStore store, Location location, Parser<T> parser)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      ObjectInfo object = store.stat(location);
      requireSmall(object);
      try {
        ByteBuffer json = RangeEngine.shared().get(store, object, 0, object.length());
        return new Versioned<>(parse(location, json, parser), object);
      } catch (NotFoundException | ObjectChangedException e) {
        // It was replaced or deleted in between: what is there now counts.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Reads objects of which a listing told, many at the same time, and throws as the other does. */
  static <T> List<T> readAll(ObjectStore store, List<ObjectInfo> objects, Parser<T> parser)
      throws IOException {
    List<T> values = new ArrayList<>(objects.size());
    int from = 0;
    while (from < objects.size()) {
      int to = from;
      long bytes = 0;
      while (to < objects.size() && (to == from || bytes + objects.get(to).length() <= MAX_BYTES)) {
        requireSmall(objects.get(to));
        bytes += objects.get(to++).length();
      }
      readSome(store, objects.subList(from, to), Math.toIntExact(bytes), parser, values);
      from = to;
    }
    return values;
  }

  private static <T> void readSome(
      ObjectStore store, List<ObjectInfo> objects, int bytes, Parser<T> parser, List<T> values)
      throws IOException {
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes);
    List<ReadRequest> requests = new ArrayList<>();
    List<ByteBuffer> contents = new ArrayList<>();
    int at = 0;
    for (ObjectInfo object : objects) {
      int length = Math.toIntExact(object.length());
      contents.add(memory.slice(at, length));
      if (length > 0) {
        requests.add(ReadRequest.of(object, 0, memory.slice(at, length)));
      }
      at += length;
    }
    BatchRead batch =
        RangeEngine.shared()
            .submit(store, requests, store.rangeDefaults(), CONCURRENCY, new CancellationToken());
    try {
      batch.await();
    } finally {
      batch.cancel();
    }
    for (int i = 0; i < objects.size(); i++) {
      values.add(parse(objects.get(i).location(), contents.get(i), parser));
    }
  }

  private static void requireSmall(ObjectInfo object) throws IOException {
    if (object.length() > MAX_BYTES) {
      throw CheckpointFailures.corrupt(
          object.location(),
          "it has %d bytes, manifests have at most %d".formatted(object.length(), MAX_BYTES),
          null);
    }
  }

  private static <T> T parse(Location location, ByteBuffer json, Parser<T> parser)
      throws IOException {
    try {
      return parser.parse(json);
    } catch (IllegalArgumentException e) {
      throw CheckpointFailures.corrupt(location, requireNonNull(e.getMessage()), e);
    } catch (IOException e) {
      throw CheckpointFailures.typed(location, e);
    }
  }

  /**
   * Writes an object if it is in the state that is expected.
   *
   * @param replaced the version that is replaced; null if there must be none
   * @throws io.s3dlio.storage.AlreadyExistsException if there is one where there must be none
   * @throws ObjectChangedException if it is not the version to be replaced
   */
  static void put(
      ObjectStore store,
      Location location,
      byte[] json,
      @Nullable ObjectInfo replaced,
      WriterOptions options)
      throws IOException {
    WriterOptions conditional =
        replaced == null
            ? options.withReplaceExisting(false)
            : options.withReplaceExisting(true).withIfMatch(replaced.etag());
    try (BufferLease lease = BufferPool.shared().acquire(json.length)) {
      store.put(location, lease.buffer().put(json).flip(), conditional);
    }
  }
}
