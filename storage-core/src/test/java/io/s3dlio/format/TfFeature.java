package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/** The values of one feature of a {@code tf.train.Example}. */
public sealed interface TfFeature {
  /** A feature that says nothing of its kind, and has no values. */
  record None() implements TfFeature {}

  /**
   * @param values read-only
   */
  record Int64s(LongBuffer values) implements TfFeature {}

  /**
   * @param values read-only
   */
  record Floats(FloatBuffer values) implements TfFeature {}

  /**
   * @param values each of them read-only, and a part of the record's data: right as long as that is
   */
  record Bytes(List<ByteBuffer> values) implements TfFeature {
    public Bytes {
      values = List.copyOf(values);
    }
  }
}
