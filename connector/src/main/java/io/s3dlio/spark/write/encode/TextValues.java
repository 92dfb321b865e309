package io.s3dlio.spark.write.encode;

import io.s3dlio.spark.write.encode.ArrayColumn.Sample;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes STRING as NumPy's text of a fixed length, that of the file's longest: UTF-32, with zeros
 * behind what is shorter.
 */
final class TextValues implements SampleValues {
  private static final int UTF_32 = Integer.BYTES;

  /** The length is known with the last row alone. */
  private static final Sample TEXT = new Sample("<U", 0, List.of());

  /** NumPy has no text of no length. */
  private static final int SHORTEST = 1;

  private int[] lengths = new int[16];
  private int rows;
  private int longest = SHORTEST;

  @Override
  public void clear() {
    rows = 0;
    longest = SHORTEST;
  }

  @Override
  public Sample add(SpecializedGetters from, int ordinal, ArrayBytes to)
      throws InvalidSampleException {
    UTF8String text = from.getUTF8String(ordinal);
    if (!text.isValid()) {
      throw new InvalidSampleException("is no well-formed UTF-8");
    }
    int[] characters = text.toString().codePoints().toArray();
    if (characters.length > 0 && characters[characters.length - 1] == 0) {
      throw new InvalidSampleException("ends with the character 0, which NumPy would take off");
    }
    for (int character : characters) {
      to.putInt(character);
    }
    if (rows == lengths.length) {
      lengths = Arrays.copyOf(lengths, 2 * rows);
    }
    lengths[rows++] = characters.length;
    longest = Math.max(longest, characters.length);
    return TEXT;
  }

  @Override
  public long length(ArrayBytes bytes, long count) {
    return count * longest * UTF_32;
  }

  @Override
  public String descr(Sample sample) {
    return sample.descr() + longest;
  }

  @Override
  public void writeTo(ArrayBytes bytes, OutputStream target) throws IOException {
    byte[] text = new byte[longest * UTF_32];
    long at = 0;
    for (int row = 0; row < rows; row++) {
      int length = lengths[row] * UTF_32;
      bytes.copy(at, text, 0, length);
      Arrays.fill(text, length, text.length, (byte) 0);
      target.write(text);
      at += length;
    }
  }
}
