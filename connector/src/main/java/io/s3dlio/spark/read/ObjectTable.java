package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/**
 * Objects of one container in the order in which they were listed: arrays instead of a graph, since
 * a listing may hold millions. The part of the key that all share is kept once. Immutable.
 */
final class ObjectTable {
  private final Location prefix;
  private final byte[] uriPrefix;
  private final byte[] suffixes;
  private final int[] suffixEnds;
  private final long[] lengths;
  private final long[] modified;
  private final byte[] etags;
  private final int[] etagEnds;

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

  /** Returns when the object was last written, in microseconds since 1970. */
  long modified(int object) {
    return modified[object];
  }

  String etag(int object) {
    return PackedEtag.unpack(etags, object == 0 ? 0 : etagEnds[object - 1], etagEnds[object]);
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
    Builder selected = new Builder(prefix);
    for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
      selected.add(this, i);
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
    for (int i = from; i < to; i++) {
      int start = suffixStart(i);
      int shared = i == from ? 0 : sharedWithPrevious(i);
      out.number(shared);
      out.bytes(suffixes, start + shared, suffixEnds[i]);
      out.number(lengths[i]);
      out.signed(modified[i] - (i == from ? 0 : modified[i - 1]));
      out.bytes(etags, i == 0 ? 0 : etagEnds[i - 1], etagEnds[i]);
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
    Builder table = new Builder(new Location(in.text(), in.text(), in.text()));
    int size = Math.toIntExact(in.number());
    byte[] suffix = {};
    long time = 0;
    for (int i = 0; i < size; i++) {
      int shared = Math.toIntExact(in.number());
      byte[] rest = in.bytes();
      suffix = Arrays.copyOf(suffix, shared + rest.length);
      System.arraycopy(rest, 0, suffix, shared, rest.length);
      long length = in.number();
      time += in.signed();
      table.add(suffix, length, time, in.bytes());
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
    private int size;

    /**
     * @param prefix the beginning of every object's key; empty, or up to a slash
     */
    Builder(Location prefix) {
      this.prefix = prefix;
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
          PackedEtag.pack(object.etag()));
    }

    /** Adds all that another has, of the same prefix. */
    void add(Builder other) {
      ensureCapacity(size + other.size);
      for (int i = 0; i < other.size; i++) {
        suffixEnds[size + i] = suffixes.size() + other.suffixEnds[i];
        etagEnds[size + i] = etags.size() + other.etagEnds[i];
      }
      System.arraycopy(other.lengths, 0, lengths, size, other.size);
      System.arraycopy(other.modified, 0, modified, size, other.size);
      suffixes.writeBytes(other.suffixes.toByteArray());
      etags.writeBytes(other.etags.toByteArray());
      size += other.size;
    }

    private void add(ObjectTable from, int object) {
      ensureCapacity(size + 1);
      int suffix = from.suffixStart(object);
      int etag = object == 0 ? 0 : from.etagEnds[object - 1];
      suffixes.write(from.suffixes, suffix, from.suffixEnds[object] - suffix);
      etags.write(from.etags, etag, from.etagEnds[object] - etag);
      finish(from.lengths[object], from.modified[object]);
    }

    private void ensureCapacity(int wanted) {
      if (wanted > lengths.length) {
        int capacity = Math.max(wanted, 2 * size);
        suffixEnds = Arrays.copyOf(suffixEnds, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        modified = Arrays.copyOf(modified, capacity);
        etagEnds = Arrays.copyOf(etagEnds, capacity);
      }
    }

    private void add(byte[] suffix, long length, long micros, byte[] packedEtag) {
      ensureCapacity(size + 1);
      suffixes.writeBytes(suffix);
      etags.writeBytes(packedEtag);
      finish(length, micros);
    }

    private void finish(long length, long micros) {
      suffixEnds[size] = suffixes.size();
      lengths[size] = length;
      modified[size] = micros;
      etagEnds[size] = etags.size();
      size++;
    }

    ObjectTable build() {
      return new ObjectTable(this);
    }
  }
}
