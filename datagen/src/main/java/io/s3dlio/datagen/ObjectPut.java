package io.s3dlio.datagen;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Puts one object after another, each on the calling thread and through one buffer of the caller's.
 * Thread-safe.
 */
final class ObjectPut {
  /** What is filled and summed in one go: little enough to stay in a core's cache. */
  private static final int STEP = 256 << 10;

  /** A part on its way to the page cache: copied while it is still in the processor's. */
  private static final int CACHED_PART = 1 << 20;

  private final ObjectStore store;
  private final Location prefix;
  private final OnExisting onExisting;
  private final int partSize;
  private final int bufferSize;
  private final WriterOptions writerOptions;

  ObjectPut(ObjectStore store, Location prefix, PutOptions options) {
    this.store = store;
    this.prefix = prefix.asPrefix();
    this.onExisting = options.onExisting();
    this.partSize =
        Math.min(
            options.partSize(), prefix.scheme().equals("file") ? CACHED_PART : BufferPool.MAX_SIZE);
    this.bufferSize = (int) Math.min(BufferPool.MAX_SIZE, (long) partSize * options.parts());
    this.writerOptions =
        options.writer().withReplaceExisting(options.onExisting() == OnExisting.OVERWRITE);
  }

  /** Returns the size of the buffer that an object is put through. */
  int bufferSize(ObjectSource source) {
    return (int) Math.min(bufferSize, source.lengthBound());
  }

  /**
   * @param part is written over; of {@link #bufferSize}
   */
  PutResult put(String name, ObjectSource source, ByteBuffer part) throws IOException {
    Location location = prefix.append(name);
    long size = source.length();
    // The store decides, and does so atomically; looking first only saves the work.
    if (onExisting == OnExisting.SKIP && store.exists(location)) {
      return skip(name, location, source, part);
    }
    try {
      return new PutResult(name, size, write(location, source, part), PutResult.Outcome.WRITTEN);
    } catch (AlreadyExistsException e) {
      return switch (onExisting) {
        case SKIP -> skip(name, location, source, part);
        case ERROR ->
            new PutResult(
                name,
                size,
                requireSame(location, source, part, e),
                PutResult.Outcome.ALREADY_THERE);
        case OVERWRITE -> throw e;
      };
    }
  }

  /** Leaves what is there, and tells whether it is what would have come. */
  private PutResult skip(String name, Location location, ObjectSource source, ByteBuffer part)
      throws IOException {
    long size = source.length();
    CRC32C crc = new CRC32C();
    ObjectInfo object = store.stat(location);
    return object.length() == size && isSame(object, source, part, crc)
        ? new PutResult(name, size, (int) crc.getValue(), PutResult.Outcome.ALREADY_THERE)
        : new PutResult(name, size, checksum(source, part), PutResult.Outcome.SKIPPED);
  }

  private int write(Location location, ObjectSource source, ByteBuffer part) throws IOException {
    CRC32C crc = new CRC32C();
    if (source.length() <= partSize) {
      store.put(location, fill(source, 0, part, crc), writerOptions);
    } else {
      try (ObjectWriter writer = store.createWriter(location, writerOptions)) {
        for (long offset = 0; offset < source.length(); offset += part.capacity()) {
          writer.write(fill(source, offset, part, crc));
        }
        writer.complete();
      }
    }
    return (int) crc.getValue();
  }

  private static int checksum(ObjectSource source, ByteBuffer part) {
    CRC32C crc = new CRC32C();
    for (long offset = 0; offset < source.length(); offset += part.capacity()) {
      fill(source, offset, part, crc);
    }
    return (int) crc.getValue();
  }

  /** Returns the part, ready to be read, with the bytes from the offset on, and sums them up. */
  private static ByteBuffer fill(ObjectSource source, long offset, ByteBuffer part, CRC32C crc) {
    int length = (int) Math.min(part.capacity(), source.length() - offset);
    part.clear();
    for (int start = 0; start < length; start = part.position()) {
      part.limit(Math.min(start + STEP, length));
      source.fill(offset + start, part);
      crc.update(part.position(start));
    }
    return part.flip();
  }

  /** Returns the object's checksum, having compared every byte of it with the source. */
  private int requireSame(
      Location location, ObjectSource source, ByteBuffer part, AlreadyExistsException e)
      throws IOException {
    CRC32C crc = new CRC32C();
    boolean same;
    try {
      ObjectInfo object = store.stat(location);
      same = object.length() == source.length() && isSame(object, source, part, crc);
    } catch (NotFoundException gone) {
      e.addSuppressed(gone);
      same = false;
    }
    if (!same) {
      throw new AlreadyExistsException(
          e.failure()
              .withRemedy(
                  "It is not what would be written: use onExisting=skip or onExisting=overwrite,"
                      + " or another prefix"),
          e);
    }
    return (int) crc.getValue();
  }

  private boolean isSame(ObjectInfo object, ObjectSource source, ByteBuffer part, CRC32C crc)
      throws IOException {
    ByteBuffer expected = ByteBuffer.allocate(Math.min(STEP, part.capacity()));
    for (long offset = 0; offset < object.length(); offset += part.capacity()) {
      part.clear().limit((int) Math.min(part.capacity(), object.length() - offset));
      store.read(ReadRequest.of(object, offset, part));
      part.flip();
      while (part.hasRemaining()) {
        expected.clear().limit(Math.min(expected.capacity(), part.remaining()));
        source.fill(offset + part.position(), expected);
        ByteBuffer found = part.slice(part.position(), expected.limit());
        if (!found.equals(expected.flip())) {
          return false;
        }
        crc.update(found);
        part.position(part.position() + expected.limit());
      }
    }
    return true;
  }
}
