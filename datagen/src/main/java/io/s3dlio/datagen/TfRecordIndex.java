package io.s3dlio.datagen;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The index of {@link TfRecordBytes} in the text form of DALI's {@code tfrecord2idx}: a line for
 * each record with its offset and its length, what stands around its data included.
 *
 * <p>Lines differ in how many digits they have. How many bytes stand before a line follows from how
 * many of the offsets before it have reached each power of ten, so that any range is made alone.
 */
final class TfRecordIndex implements ObjectSource {
  /** The space and the line feed. */
  private static final int BETWEEN = 2;

  private static final long[] POWERS_OF_TEN = powersOfTen();

  private final int records;

  /** How many records are a byte longer: the first of them. */
  private final long longer;

  private final long recordLength;

  /** For each power of ten, the first record whose offset has reached it. */
  private final long[] firstAt = new long[POWERS_OF_TEN.length];

  /**
   * @param length of the object
   */
  TfRecordIndex(long length, int records) {
    this.records = records;
    this.longer = length % records;
    this.recordLength = length / records;
    for (int i = 0; i < firstAt.length; i++) {
      firstAt[i] = firstAt(POWERS_OF_TEN[i]);
    }
  }

  private static long[] powersOfTen() {
    long[] powers = new long[18];
    long power = 1;
    for (int i = 0; i < powers.length; i++) {
      power *= 10;
      powers[i] = power;
    }
    return powers;
  }

  private long start(long record) {
    return record * recordLength + Math.min(record, longer);
  }

  private long firstAt(long offset) {
    long inLonger = longer * (recordLength + 1);
    return offset <= inLonger
        ? ceilDiv(offset, recordLength + 1)
        : longer + ceilDiv(offset - inLonger, recordLength);
  }

  private static long ceilDiv(long value, long divisor) {
    return (value + divisor - 1) / divisor;
  }

  /** Returns how many bytes stand before a record's line. */
  private long lineStart(long record) {
    long bytes = record * (BETWEEN + 1);
    for (long first : firstAt) {
      bytes += Math.max(0, record - first);
    }
    long inLonger = Math.min(record, longer);
    return bytes + inLonger * digits(recordLength + 1) + (record - inLonger) * digits(recordLength);
  }

  private static int digits(long value) {
    return Long.toString(value).length();
  }

  @Override
  public long length() {
    return lineStart(records);
  }

  @Override
  public void fill(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), length());
    long record = recordAt(offset);
    int skip = (int) (offset - lineStart(record));
    while (target.hasRemaining()) {
      byte[] line = line(record);
      target.put(line, skip, Math.min(line.length - skip, target.remaining()));
      record++;
      skip = 0;
    }
  }

  /** Returns the record whose line has the byte at an offset. */
  private long recordAt(long offset) {
    long low = 0;
    long high = records;
    while (low < high) {
      long middle = (low + high + 1) >>> 1;
      if (lineStart(middle) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private byte[] line(long record) {
    long length = recordLength + (record < longer ? 1 : 0);
    return (start(record) + " " + length + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}
