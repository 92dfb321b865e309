package io.s3dlio.storage;

import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.stream.ZstdWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/**
 * One storage backend. Thread-safe; methods block and belong on the caller's or the engine's
 * threads.
 *
 * <p>What every store promises, and {@code ObjectStoreContract} holds it to:
 *
 * <ul>
 *   <li>An object is seen whole or not at all. A key that ends with a slash names a prefix and
 *       never an object: reading it is {@link NotFoundException}, writing it is refused.
 *   <li>A missing object is {@link NotFoundException}, and so is a directory.
 *   <li>Failures are {@link StorageException}s that name the operation and the location.
 *   <li>Keys are text: spaces, unicode, {@code %}, {@code +} and {@code ?} come back from a listing
 *       as they were written. Where the store is a POSIX file system, repeated slashes name the
 *       same file as one.
 * </ul>
 */
public interface ObjectStore extends ObjectReader, Closeable {
  /** Returns what the store knows of an object. */
  ObjectInfo stat(Location location) throws IOException;

  /**
   * Returns what reads for one reader; this store itself where reads are not compared with sums
   * that the store keeps.
   */
  default ObjectReader reader() {
    return this;
  }

  /**
   * Lists objects whose key begins with the prefix's key, as text: {@code data/tr} lists {@code
   * data/train/1} too. A prefix below which there is nothing is an empty listing.
   */
  ObjectListing list(Location prefix, ListOptions options) throws IOException;

  /**
   * Writes a whole object from the buffer's remaining bytes and leaves the buffer consumed. What it
   * returns is what {@link #stat} will, but for the time: a store that does not tell it at once
   * gives that of its answer. With {@link WriterOptions#compression()} the object's key gets the
   * suffix of compressed ones, and what is returned names it.
   *
   * @throws AlreadyExistsException if the object exists and the options do not let it be replaced
   * @throws ObjectChangedException if it is not the only version that they let be replaced
   */
  default ObjectInfo put(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    return options.compression().isNone()
        ? putBytes(location, content, options)
        : ZstdWriter.put(this, location, content, options);
  }

  /** Opens a writer for an object of unknown size, for one thread at a time. */
  default ObjectWriter createWriter(Location location, WriterOptions options) throws IOException {
    return options.compression().isNone()
        ? openWriter(location, options)
        : ZstdWriter.open(this, location, options);
  }

  /**
   * For those who make stores: does what {@link #put} does, with bytes that are compressed already
   * where that is asked for.
   *
   * @param options with no compression
   */
  ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
      throws IOException;

  /**
   * For those who make stores: does what {@link #createWriter} does, for bytes that are compressed
   * already where that is asked for.
   *
   * @param options with no compression
   */
  ObjectWriter openWriter(Location location, WriterOptions options) throws IOException;

  /** Deletes an object; deleting what is not there succeeds. */
  void delete(Location location) throws IOException;

  /**
   * Deletes objects, all of them or as many as can be.
   *
   * @throws BatchDeleteException with each object that is still there and why
   */
  void deleteBatch(Collection<Location> locations) throws IOException;

  /** Returns whether the object exists. A store that cannot tell throws. */
  default boolean exists(Location location) throws IOException {
    try {
      stat(location);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /**
   * Reads a whole object into a read-only direct buffer that the garbage collector owns. Large
   * objects are read as concurrent ranges.
   *
   * @throws StorageException if the object is larger than a buffer can be, 2 GiB
   */
  default ByteBuffer get(Location location) throws IOException {
    ObjectInfo object = stat(location);
    return RangeEngine.shared().get(this, object, 0, object.length());
  }

  /**
   * Reads a range into a read-only direct buffer that the garbage collector owns. A range that
   * crosses the object's end is cut there; one that begins at the end is empty.
   *
   * @throws TruncatedException if the range begins past the object's end
   */
  default ByteBuffer getRange(Location location, long offset, long length) throws IOException {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "Invalid range: offset %d, length %d (both must be >= 0)".formatted(offset, length));
    }
    ObjectInfo object = stat(location);
    if (offset > object.length()) {
      throw new TruncatedException(
          Failure.of(
              "read",
              location,
              "the range begins at byte %d, the object has %d".formatted(offset, object.length())));
    }
    return RangeEngine.shared()
        .get(this, object, offset, Math.min(length, object.length() - offset));
  }

  /** Returns how this store's objects are best cut into ranges. */
  default RangeEngineConfig rangeDefaults() {
    return RangeEngineConfig.DEFAULT;
  }

  /** Releases what the store holds. Idempotent. */
  @Override
  void close();
}
