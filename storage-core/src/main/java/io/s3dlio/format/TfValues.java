package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * The values of one feature of the record that a {@link TfExampleParser} is at. They change with
 * the next record, and their memory is used again.
 */
public final class TfValues {
  // Fields of Feature, of which a message has one: that which came last.
  private static final int BYTES_LIST = 1;
  private static final int FLOAT_LIST = 2;
  private static final int INT64_LIST = 3;

  /** The field of each list. */
  private static final int VALUE = 1;

  /** From so many on it is faster to copy all at once. */
  private static final int MANY = 16;

  private static final int FIRST = 4;
  private static final int MOST = Integer.MAX_VALUE - 8;

  private ByteBuffer data = ByteBuffer.allocate(0);
  private Kind kind = Kind.NONE;
  private int count;
  private long[] longs = new long[0];
  private float[] floats = new float[0];

  /** Of each value where in the data it begins, and ends. */
  private int[] starts = new int[0];

  private int[] ends = new int[0];

  /** What values are. */
  public enum Kind {
    /** The feature says nothing of its kind, and has no values. */
    NONE,
    INT64,
    FLOAT,
    BYTES
  }

  TfValues() {}

  public Kind kind() {
    return kind;
  }

  /** Returns how many values there are. */
  public int count() {
    return count;
  }

  /** Returns a value of {@link Kind#INT64}. */
  public long int64(int index) {
    return longs[Objects.checkIndex(index, count)];
  }

  /** Returns a copy of all values of {@link Kind#INT64}. */
  public long[] int64s() {
    return Arrays.copyOf(longs, count);
  }

  /** Returns a value of {@link Kind#FLOAT}. */
  public float float32(int index) {
    return floats[Objects.checkIndex(index, count)];
  }

  /** Returns a copy of all values of {@link Kind#FLOAT}. */
  public float[] float32s() {
    return Arrays.copyOf(floats, count);
  }

  /** Returns a copy of a value of {@link Kind#BYTES}. */
  public byte[] bytes(int index) {
    int start = starts[Objects.checkIndex(index, count)];
    byte[] bytes = new byte[ends[index] - start];
    data.get(start, bytes);
    return bytes;
  }

  /** Forgets all values. */
  void clear(ByteBuffer record) {
    data = record;
    kind = Kind.NONE;
    count = 0;
  }

  /** Adds what a {@code tf.train.Feature} says, which was entered. */
  void merge(ProtoReader feature) throws MalformedProtoException {
    while (feature.next()) {
      if (feature.is(INT64_LIST, ProtoReader.BYTES)) {
        begin(Kind.INT64);
        int outer = feature.enter();
        addLongs(feature);
        feature.leave(outer);
      } else if (feature.is(FLOAT_LIST, ProtoReader.BYTES)) {
        begin(Kind.FLOAT);
        int outer = feature.enter();
        addFloats(feature);
        feature.leave(outer);
      } else if (feature.is(BYTES_LIST, ProtoReader.BYTES)) {
        begin(Kind.BYTES);
        int outer = feature.enter();
        addBytes(feature);
        feature.leave(outer);
      } else {
        feature.skip();
      }
    }
  }

  /** Another kind replaces what was there, the same goes on. */
  private void begin(Kind next) {
    if (kind != next) {
      kind = next;
      count = 0;
    }
  }

  private void addLongs(ProtoReader list) throws MalformedProtoException {
    while (list.next()) {
      if (list.is(VALUE, ProtoReader.BYTES)) {
        int outer = list.enter();
        while (list.hasRemaining()) {
          addLong(list.varint());
        }
        list.leave(outer);
      } else if (list.is(VALUE, ProtoReader.VARINT)) {
        addLong(list.varint());
      } else {
        list.skip();
      }
    }
  }

  private void addLong(long value) {
    if (count == longs.length) {
      longs = Arrays.copyOf(longs, larger(1));
    }
    longs[count++] = value;
  }

  private void addFloats(ProtoReader list) throws MalformedProtoException {
    while (list.next()) {
      if (list.is(VALUE, ProtoReader.BYTES)) {
        int outer = list.enter();
        addPacked(list);
        list.leave(outer);
      } else if (list.is(VALUE, ProtoReader.FIXED32)) {
        reserveFloats(1);
        floats[count++] = list.float32();
      } else {
        list.skip();
      }
    }
  }

  private void addPacked(ProtoReader packed) throws MalformedProtoException {
    int length = packed.remaining();
    int more = length / Float.BYTES;
    if (length % Float.BYTES != 0) {
      throw new MalformedProtoException(
          packed.position(), "%d bytes are no list of floats".formatted(length));
    }
    reserveFloats(more);
    if (more < MANY) {
      for (int i = 0; i < more; i++) {
        floats[count++] = data.getFloat(packed.position() + i * Float.BYTES);
      }
    } else {
      data.slice(packed.position(), length)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(floats, count, more);
      count += more;
    }
  }

  private void reserveFloats(int more) {
    if (floats.length - count < more) {
      floats = Arrays.copyOf(floats, larger(more));
    }
  }

  private void addBytes(ProtoReader list) throws MalformedProtoException {
    while (list.next()) {
      if (list.is(VALUE, ProtoReader.BYTES)) {
        int outer = list.enter();
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, larger(1));
          ends = Arrays.copyOf(ends, starts.length);
        }
        starts[count] = list.position();
        ends[count++] = list.position() + list.remaining();
        list.leave(outer);
      } else {
        list.skip();
      }
    }
  }

  private int larger(int more) {
    return (int) Math.min(MOST, count + (long) Math.max(more, Math.max(count, FIRST)));
  }
}
