package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** Collects the values of one {@code tf.train.Feature}, which may come in several parts. */
final class TfFeatureParser {
  // Fields of Feature, of which a message has one: that which came last.
  private static final int BYTES_LIST = 1;
  private static final int FLOAT_LIST = 2;
  private static final int INT64_LIST = 3;

  /** The field of each list. */
  private static final int VALUE = 1;

  private static final int NONE = 0;
  private static final int FEW = 4;
  private static final int MOST = Integer.MAX_VALUE - 8;

  private int kind = NONE;
  private LongBuffer longs = LongBuffer.allocate(0);
  private FloatBuffer floats = FloatBuffer.allocate(0);
  private List<ByteBuffer> bytes = List.of();

  /** Adds what a message says. */
  void merge(ProtoReader feature) throws MalformedProtoException {
    while (feature.next()) {
      if (feature.is(INT64_LIST, ProtoReader.BYTES)) {
        begin(INT64_LIST);
        addLongs(feature.message());
      } else if (feature.is(FLOAT_LIST, ProtoReader.BYTES)) {
        begin(FLOAT_LIST);
        addFloats(feature.message());
      } else if (feature.is(BYTES_LIST, ProtoReader.BYTES)) {
        begin(BYTES_LIST);
        addBytes(feature.message());
      } else {
        feature.skip();
      }
    }
  }

  /** Returns what was collected. */
  TfFeature finish() {
    return switch (kind) {
      case INT64_LIST -> new TfFeature.Int64s(longs.flip().asReadOnlyBuffer());
      case FLOAT_LIST -> new TfFeature.Floats(floats.flip().asReadOnlyBuffer());
      case BYTES_LIST -> new TfFeature.Bytes(bytes);
      default -> new TfFeature.None();
    };
  }

  /** Another kind replaces what was there, the same goes on. */
  private void begin(int newKind) {
    if (kind != newKind) {
      kind = newKind;
      longs = LongBuffer.allocate(0);
      floats = FloatBuffer.allocate(0);
      bytes = new ArrayList<>();
    }
  }

  private void addLongs(ProtoReader list) throws MalformedProtoException {
    while (list.next()) {
      if (list.is(VALUE, ProtoReader.BYTES)) {
        ProtoReader packed = list.message();
        reserveLongs(packed.countVarints());
        while (packed.hasRemaining()) {
          longs.put(packed.varint());
        }
      } else if (list.is(VALUE, ProtoReader.VARINT)) {
        reserveLongs(1);
        longs.put(list.varint());
      } else {
        list.skip();
      }
    }
  }

  private void addFloats(ProtoReader list) throws MalformedProtoException {
    while (list.next()) {
      if (list.is(VALUE, ProtoReader.BYTES)) {
        FloatBuffer packed = list.message().float32s();
        reserveFloats(packed.remaining());
        floats.put(packed);
      } else if (list.is(VALUE, ProtoReader.FIXED32)) {
        reserveFloats(1);
        floats.put(list.float32());
      } else {
        list.skip();
      }
    }
  }

  private void addBytes(ProtoReader list) throws MalformedProtoException {
    while (list.next()) {
      if (list.is(VALUE, ProtoReader.BYTES)) {
        bytes.add(list.bytes().slice().asReadOnlyBuffer());
      } else {
        list.skip();
      }
    }
  }

  private void reserveLongs(int count) {
    if (longs.remaining() < count) {
      LongBuffer larger = LongBuffer.allocate(larger(longs.position(), count));
      longs = larger.put(longs.flip());
    }
  }

  private void reserveFloats(int count) {
    if (floats.remaining() < count) {
      FloatBuffer larger = FloatBuffer.allocate(larger(floats.position(), count));
      floats = larger.put(floats.flip());
    }
  }

  /** A packed list comes at once and gets what it needs; single values get room for more. */
  private static int larger(int have, int more) {
    long wanted = have == 0 && more > 1 ? more : have + (long) Math.max(more, Math.max(have, FEW));
    return (int) Math.min(MOST, wanted);
  }
}
