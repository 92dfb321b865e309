package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.PackedEtag;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Objects of one container in the order in which they were listed: arrays instead of a graph, since
 * a listing may hold millions. The part of the key that all share is kept once. Their rows are
 * numbered where batches count them, and the sums of their bytes are kept where a manifest tells
 * them. Immutable.
 */
final class ObjectTable {
  private static final long NUMBERED = 1;
  private static final long SUMMED = 2;

  private final Location prefix;
  private final byte[] uriPrefix;
  private final byte[] suffixes;
  private final int[] suffixEnds;
  private final long[] lengths;
  private final long[] modified;
  private final byte[] etags;
  private final int[] etagEnds;
  private final long @Nullable [] rows;
  private final int @Nullable [] sums;

  private ObjectTable(Builder builder) {
    int size = builder.size;
    this.prefix = builder.prefix;
    this.uriPrefix = builder.prefix.toString().getBytes(UTF_8);
    this.suffixes = builder.suffixes.toByteArray();
    this.suffixEnds = Arrays.copyOf(builder.suffixEnds, size);
    this.lengths = Arrays.copyOf(builder.lengths, size);
    this.modified = Arrays.copyOf(builder.modified, size);
    this.etags = builder.etags.toByteArray();
    this.etagEnds = Arrays.copyOf(builder.etagEnds, size);
    this.rows = builder.rows == null ? null : Arrays.copyOf(builder.rows, size);
    this.sums = builder.sums == null ? null : Arrays.copyOf(builder.sums, size);
  }

  int size() {
    return lengths.length;
  }

  /** Returns the location whose key every object's key begins with. */
  Location prefix() {
    return prefix;
  }

  Location location(int object) {
    int start = suffixStart(object);
    return prefix.append(new String(suffixes, start, suffixEnds[object] - start, UTF_8));
  }

  long length(int object) {
    return lengths[object];
  }

  /** Returns what the listing says of an object. */
  ObjectInfo info(int object) {
    return new ObjectInfo(
        location(object),
        length(object),
        Instant.EPOCH.plus(modified(object), ChronoUnit.MICROS),
        etag(object));
  }

  /** Returns when the object was last written, in microseconds since 1970. */
  long modified(int object) {
    return modified[object];
  }

  String etag(int object) {
    return PackedEtag.unpack(etags, object == 0 ? 0 : etagEnds[object - 1], etagEnds[object]);
  }

  /** Returns whether rows are numbered. */
  boolean isNumbered() {
    return rows != null;
  }

  /**
   * Returns the number of a row in the order of the whole read.
   *
   * @param offset where in the object the row begins
   * @param chunkBytes the most bytes of a row
   */
  long row(int object, long offset, long chunkBytes) {
    return requireNonNull(rows, "Rows are not numbered")[object] + offset / chunkBytes;
  }

  /** Returns whether the CRC-32C of each object is known. */
  boolean hasSums() {
    return sums != null;
  }

  /** Returns the CRC-32C of an object. */
  int sum(int object) {
    return requireNonNull(sums, "Sums are not known")[object];
  }

  /** Returns the size of {@link #path}, in bytes. */
  int pathLength(int object) {
    return uriPrefix.length + suffixEnds[object] - suffixStart(object);
  }

  /** Returns the location as text, in UTF-8. */
  byte[] path(int object) {
    int start = suffixStart(object);
    byte[] path = Arrays.copyOf(uriPrefix, pathLength(object));
    System.arraycopy(suffixes, start, path, uriPrefix.length, suffixEnds[object] - start);
    return path;
  }

  /** Returns a table of some of the objects; this one if they are all. */
  ObjectTable select(BitSet wanted) {
    if (wanted.cardinality() == size()) {
      return this;
    }
    Builder selected = new Builder(prefix, isNumbered());
    for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
      selected.add(this, i, rows == null ? 0 : rows[i]);
    }
    return selected.build();
  }

  private int suffixStart(int object) {
    return object == 0 ? 0 : suffixEnds[object - 1];
  }

  /**
   * Returns some of the objects as bytes: each key as what differs from the one before it, numbers
   * in as few bytes as they need.
   */
  void encode(int from, int to, VarintWriter out) {
    out.text(prefix.scheme());
    out.text(prefix.container());
    out.text(prefix.key());
    out.number(to - from);
    out.number((rows == null ? 0 : NUMBERED) | (sums == null ? 0 : SUMMED));
    for (int i = from; i < to; i++) {
      int start = suffixStart(i);
      int shared = i == from ? 0 : sharedWithPrevious(i);
      out.number(shared);
      out.bytes(suffixes, start + shared, suffixEnds[i]);
      out.number(lengths[i]);
      out.signed(modified[i] - (i == from ? 0 : modified[i - 1]));
      out.bytes(etags, i == 0 ? 0 : etagEnds[i - 1], etagEnds[i]);
      if (rows != null) {
        out.signed(rows[i] - (i == from ? 0 : rows[i - 1]));
      }
      if (sums != null) {
        out.number(Integer.toUnsignedLong(sums[i]));
      }
    }
  }

  private int sharedWithPrevious(int object) {
    int mismatch =
        Arrays.mismatch(
            suffixes,
            suffixStart(object - 1),
            suffixEnds[object - 1],
            suffixes,
            suffixEnds[object - 1],
            suffixEnds[object]);
    return mismatch < 0 ? suffixEnds[object] - suffixStart(object) : mismatch;
  }

  static ObjectTable decode(VarintReader in) {
    Location prefix = new Location(in.text(), in.text(), in.text());
    int size = Math.toIntExact(in.number());
    long columns = in.number();
    Builder table = new Builder(prefix, (columns & NUMBERED) != 0);
    byte[] suffix = {};
    long time = 0;
    long row = 0;
    for (int i = 0; i < size; i++) {
      int shared = Math.toIntExact(in.number());
      byte[] rest = in.bytes();
      suffix = Arrays.copyOf(suffix, shared + rest.length);
      System.arraycopy(rest, 0, suffix, shared, rest.length);
      long length = in.number();
      time += in.signed();
      byte[] etag = in.bytes();
      row += table.rows == null ? 0 : in.signed();
      table.add(suffix, length, time, etag, row);
      if ((columns & SUMMED) != 0) {
        table.sum((int) in.number());
      }
    }
    return table.build();
  }

  /** Returns a time in microseconds since 1970. */
  static long micros(Instant time) {
    return Math.addExact(
        TimeUnit.SECONDS.toMicros(time.getEpochSecond()),
        TimeUnit.NANOSECONDS.toMicros(time.getNano()));
  }

  /** Collects objects. */
  static final class Builder {
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_BYTES = 1 << 28;

    private final Location prefix;
    private final ByteArrayOutputStream suffixes = new ByteArrayOutputStream();
    private final ByteArrayOutputStream etags = new ByteArrayOutputStream();
    private int[] suffixEnds = new int[16];
    private long[] lengths = new long[16];
    private long[] modified = new long[16];
    private int[] etagEnds = new int[16];
    private long @Nullable [] rows;
    private int @Nullable [] sums;
    private int size;

    /**
     * @param prefix the beginning of every object's key; empty, or up to a slash
     */
    Builder(Location prefix) {
      this(prefix, false);
    }

    /**
     * @param numbered whether the objects' rows are
     */
    Builder(Location prefix, boolean numbered) {
      this.prefix = prefix;
      this.rows = numbered ? new long[16] : null;
    }

    Location prefix() {
      return prefix;
    }

    int size() {
      return size;
    }

    /** Returns whether the arrays have grown as large as they should. */
    boolean isFull() {
      return size >= MAX_SIZE || suffixes.size() >= MAX_BYTES || etags.size() >= MAX_BYTES;
    }

    /** Sets the CRC-32C of the object that was added last: of each one, or of none. */
    void sum(int crc32c) {
      int[] all = sums == null ? new int[lengths.length] : sums;
      all[size - 1] = crc32c;
      sums = all;
    }

    void add(ObjectInfo object) {
      String key = object.location().key();
      if (!key.startsWith(prefix.key())) {
        throw new IllegalArgumentException(
            "Invalid object: %s is not below %s".formatted(object.location(), prefix));
      }
      add(
          key.substring(prefix.key().length()).getBytes(UTF_8),
          object.length(),
          micros(object.lastModified()),
          PackedEtag.pack(object.etag()),
          0);
    }

    /** Adds all that another has, of the same prefix. */
    void add(Builder other) {
      ensureCapacity(size + other.size);
      for (int i = 0; i < other.size; i++) {
        suffixEnds[size + i] = suffixes.size() + other.suffixEnds[i];
        etagEnds[size + i] = etags.size() + other.etagEnds[i];
      }
      if (other.sums != null) {
        int[] all = sums == null ? new int[lengths.length] : sums;
        System.arraycopy(other.sums, 0, all, size, other.size);
        sums = all;
      }
      System.arraycopy(other.lengths, 0, lengths, size, other.size);
      System.arraycopy(other.modified, 0, modified, size, other.size);
      suffixes.writeBytes(other.suffixes.toByteArray());
      etags.writeBytes(other.etags.toByteArray());
      size += other.size;
    }

    /**
     * Adds an object of another table, whose prefix begins with this one.
     *
     * @param row the number of its first row, if rows are numbered
     */
    void add(ObjectTable from, int object, long row) {
      ensureCapacity(size + 1);
      int suffix = from.suffixStart(object);
      int etag = object == 0 ? 0 : from.etagEnds[object - 1];
      suffixes.writeBytes(from.prefix.key().substring(prefix.key().length()).getBytes(UTF_8));
      suffixes.write(from.suffixes, suffix, from.suffixEnds[object] - suffix);
      etags.write(from.etags, etag, from.etagEnds[object] - etag);
      finish(from.lengths[object], from.modified[object], row);
      if (from.sums != null) {
        sum(from.sums[object]);
      }
    }

    private void ensureCapacity(int wanted) {
      if (wanted > lengths.length) {
        int capacity = Math.max(wanted, 2 * size);
        suffixEnds = Arrays.copyOf(suffixEnds, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        modified = Arrays.copyOf(modified, capacity);
        etagEnds = Arrays.copyOf(etagEnds, capacity);
        rows = rows == null ? null : Arrays.copyOf(rows, capacity);
        sums = sums == null ? null : Arrays.copyOf(sums, capacity);
      }
    }

    private void add(byte[] suffix, long length, long micros, byte[] packedEtag, long row) {
      ensureCapacity(size + 1);
      suffixes.writeBytes(suffix);
      etags.writeBytes(packedEtag);
      finish(length, micros, row);
    }

    private void finish(long length, long micros, long row) {
      suffixEnds[size] = suffixes.size();
      lengths[size] = length;
      modified[size] = micros;
      etagEnds[size] = etags.size();
      if (rows != null) {
        rows[size] = row;
      }
      size++;
    }

    ObjectTable build() {
      return new ObjectTable(this);
    }
  }
}
