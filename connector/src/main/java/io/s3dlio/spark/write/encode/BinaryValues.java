package io.s3dlio.spark.write.encode;

import io.s3dlio.spark.write.encode.ArrayColumn.Sample;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;

/** Takes BINARY as arrays of bytes. */
final class BinaryValues implements SampleValues {
  private Sample last = sample(0);

  private static Sample sample(int length) {
    return new Sample("|u1", 1, List.of((long) length));
  }

  @Override
  public Sample add(SpecializedGetters from, int ordinal, ArrayBytes to) {
    byte[] value = from.getBinary(ordinal);
    to.put(value);
    if (last.shape().get(0) != value.length) {
      last = sample(value.length);
    }
    return last;
  }
}
