package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What was done to the chunks of an HDF5 dataset, in this order, when they were written.
 *
 * @param filters none where they are stored as they are
 */
record Hdf5Filters(List<Filter> filters) {
  private static final int MAX_FILTERS = 32;
  private static final int FIRST_OF_OTHERS = 256;
  private static final int SUM = 4;

  /** By how much deflate makes what it cannot compress longer, and more. */
  private static final int SOME = 4096;

  /** The most that deflate makes of a byte. */
  private static final long MAX_RATIO = 1032;

  private static final int DEFLATE = 1;
  private static final int SHUFFLE = 2;
  private static final int FLETCHER32 = 3;

  /**
   * @param id which it is
   * @param elementLength how long the elements are whose bytes are shuffled
   */
  record Filter(int id, long elementLength) {}

  Hdf5Filters {
    filters = List.copyOf(filters);
  }

  static Hdf5Filters read(Hdf5ObjectHeader header) throws IOException {
    Optional<Hdf5Fields> message = header.find(Hdf5Message.FILTERS);
    return new Hdf5Filters(message.isPresent() ? parse(message.get()) : List.of());
  }

  private static List<Filter> parse(Hdf5Fields message) throws IOException {
    int version = message.u8();
    if (version != 1 && version != 2) {
      throw message.unsupported("version %d of filters is not read".formatted(version));
    }
    int count = message.u8();
    if (count > MAX_FILTERS) {
      throw message.corrupt("a dataset has %d filters (at most %d)".formatted(count, MAX_FILTERS));
    }
    message.skip(version == 1 ? 6 : 0);
    List<Filter> filters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = message.u16();
      int nameLength = version == 1 || id >= FIRST_OF_OTHERS ? message.u16() : 0;
      message.skip(Short.BYTES);
      int values = message.u16();
      message.skip(nameLength);
      long first = values > 0 ? message.u32() : 0;
      message.skip((long) Integer.BYTES * Math.max(0, values - 1));
      message.skip(version == 1 && values % 2 != 0 ? Integer.BYTES : 0);
      if (id < DEFLATE || id > FLETCHER32) {
        throw message.unsupported(
            "the dataset has the filter %d; 1 (gzip), 2 (shuffle) and 3 (fletcher32) are read"
                .formatted(id));
      }
      if (id == SHUFFLE && first == 0) {
        throw message.corrupt("elements of no byte are shuffled");
      }
      filters.add(new Filter(id, first));
    }
    return filters;
  }

  boolean isEmpty() {
    return filters.isEmpty();
  }

  /**
   * Reads a chunk and undoes what was done to it. Holds what is stored of it and the chunk itself
   * besides the target at most, or the chunk twice.
   *
   * @param chunk where it is stored
   * @param target as long as the chunk becomes
   */
  void decode(Hdf5File file, Hdf5Chunk chunk, ByteBuffer target) throws IOException {
    long offset = file.offset(chunk.address(), chunk.length());
    List<Filter> applied = applied(chunk.mask());
    requirePossible(file.object(), offset, chunk.length(), applied, target.remaining());
    BufferLease lease = BufferPool.shared().acquire(chunk.length());
    try {
      file.object().read(offset, lease.buffer());
      ByteBuffer bytes = lease.buffer().flip();
      for (int i = applied.size() - 1; i >= 0; i--) {
        Filter filter = applied.get(i);
        if (filter.id == FLETCHER32) {
          bytes = verified(file.object(), offset, bytes);
        } else if (i == 0) {
          undo(filter, file.object(), offset, bytes, target);
          return;
        } else {
          long length = target.remaining() + sums(applied.subList(0, i));
          BufferLease done = lease;
          lease = BufferPool.shared().acquire(length);
          try (done) {
            undo(filter, file.object(), offset, bytes, lease.buffer());
          }
          bytes = lease.buffer().flip();
        }
      }
      requireLength(file.object(), offset, bytes.remaining(), target.remaining());
      target.put(bytes);
    } finally {
      lease.close();
    }
  }

  private List<Filter> applied(int mask) {
    List<Filter> applied = new ArrayList<>();
    for (int i = 0; i < filters.size(); i++) {
      if ((mask & (1 << i)) == 0) {
        applied.add(filters.get(i));
      }
    }
    return applied;
  }

  /** Returns how many bytes the sums of some filters have. */
  private static long sums(List<Filter> some) {
    return SUM * some.stream().filter(filter -> filter.id == FLETCHER32).count();
  }

  /** Checks lengths before memory is taken for them. */
  private static void requirePossible(
      SourceObject object, long offset, long stored, List<Filter> applied, long expected)
      throws CorruptException {
    long most = stored;
    for (Filter filter : applied) {
      // Whatever is above is as good as any other.
      most = filter.id == DEFLATE ? Math.min(most, Integer.MAX_VALUE) * MAX_RATIO : most;
    }
    if (expected > most || stored > 2 * expected + SOME) {
      throw object.corrupt(
          offset, "a chunk of %d bytes cannot be stored in %d".formatted(expected, stored));
    }
  }

  private static void requireLength(SourceObject object, long offset, long length, long expected)
      throws CorruptException {
    if (length != expected) {
      throw object.corrupt(
          offset, "what is stored of a chunk has %d bytes, not %d".formatted(length, expected));
    }
  }

  /** Returns the bytes without their sum, which is right. */
  private static ByteBuffer verified(SourceObject object, long offset, ByteBuffer bytes)
      throws CorruptException {
    if (bytes.remaining() < SUM) {
      throw object.corrupt(offset, "a chunk ends before its sum");
    }
    int length = bytes.remaining() - SUM;
    int stored = bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(length);
    int sum = Fletcher32.of(bytes.limit(length));
    // Old libraries wrote it with the bytes of each half the other way.
    int swapped = ((sum & 0x00ff00ff) << Byte.SIZE) | ((sum >>> Byte.SIZE) & 0x00ff00ff);
    if (stored != sum && stored != swapped) {
      throw object.corrupt(
          offset, "Fletcher's sum of a chunk is %08x, not %08x".formatted(sum, stored));
    }
    return bytes;
  }

  private static void undo(
      Filter filter, SourceObject object, long offset, ByteBuffer bytes, ByteBuffer target)
      throws IOException {
    if (filter.id == DEFLATE) {
      inflate(object, offset, bytes, target);
    } else {
      requireLength(object, offset, bytes.remaining(), target.remaining());
      Shuffle.undo(bytes, target, filter.elementLength);
    }
  }

  private static void inflate(SourceObject object, long offset, ByteBuffer bytes, ByteBuffer target)
      throws IOException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes);
      while (target.hasRemaining() && inflater.inflate(target) > 0) {
        // On and on.
      }
      // The sum at the end is compared once nothing more comes.
      ByteBuffer more = ByteBuffer.allocate(1);
      if (target.hasRemaining() || inflater.inflate(more) > 0 || !inflater.finished()) {
        throw object.corrupt(
            offset, "the deflated data of a chunk do not end where the chunk does");
      }
    } catch (DataFormatException e) {
      throw object.corrupt(offset, "a chunk is no deflated data: %s".formatted(e.getMessage()), e);
    } finally {
      inflater.end();
    }
  }
}
