package io.s3dlio.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Writes {@code tf.train.Example} and {@code tf.train.SequenceExample} messages, one after the
 * other in memory of its own, which grows to what the longest needs. Not thread-safe.
 *
 * <p>A message of protobuf has its length before it, which is known behind it: so what comes last
 * is written first, values of a list and features too. Of an Example with {@code a = [1, 2]} and
 * {@code b}:
 *
 * <pre>{@code
 * writer.begin();
 * int features = writer.length();
 * // ... b ...
 * int a = writer.length();
 * writer.int64(2);
 * writer.int64(1);
 * writer.int64List(a);
 * writer.entry(name, a);
 * writer.features(features);
 * writer.writeRecord(file);
 * }</pre>
 */
public final class TfExampleWriter {
  /** The longest message that there is memory for. */
  private static final int MAX_LENGTH = Integer.MAX_VALUE - 1024;

  private static final int FIRST_LENGTH = 1 << 10;

  // Tags of protobuf: the field's number and how its value is written, by its length.
  private static final int FIELD_1 = 1 << 3 | 2;
  private static final int FIELD_2 = 2 << 3 | 2;
  private static final int BYTES_LIST = FIELD_1;
  private static final int FLOAT_LIST = FIELD_2;
  private static final int INT64_LIST = 3 << 3 | 2;

  private byte[] memory = new byte[FIRST_LENGTH];
  private ByteBuffer view = LittleEndian.of(memory);

  /** Where in the memory the message begins, as far as it is written. */
  private int start;

  public TfExampleWriter() {
    begin();
  }

  /** Begins another message and forgets the one before. */
  public void begin() {
    start = memory.length - TfRecord.TAIL;
  }

  /** Returns how many bytes of the message are written: a mark of what is to be written before. */
  public int length() {
    return memory.length - TfRecord.TAIL - start;
  }

  /** Writes a value of a list of integers before what is there of it. */
  public void int64(long value) {
    int size = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    reserve(size);
    start -= size;
    int at = start;
    long left = value;
    for (int i = 1; i < size; i++) {
      memory[at++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    memory[at] = (byte) left;
  }

  /** Writes a value of a list of floats before what is there of it. */
  public void float32(float value) {
    reserve(Float.BYTES);
    start -= Float.BYTES;
    view.putFloat(start, value);
  }

  /** Writes a value of a list of bytes before what is there of it. */
  public void bytes(byte[] value) {
    raw(value);
    int64(value.length);
    int64(FIELD_1);
  }

  /**
   * Writes a value of a list of bytes before what is there of it.
   *
   * @param value its remaining bytes, which stay
   */
  public void bytes(ByteBuffer value) {
    int size = value.remaining();
    reserve(size);
    start -= size;
    value.get(value.position(), memory, start, size);
    int64(size);
    int64(FIELD_1);
  }

  /** Makes what is written since the mark a feature of integers. */
  public void int64List(int mark) {
    packed(mark);
    delimit(INT64_LIST, mark);
  }

  /** Makes what is written since the mark a feature of floats. */
  public void floatList(int mark) {
    packed(mark);
    delimit(FLOAT_LIST, mark);
  }

  /** Makes what is written since the mark a feature of bytes. */
  public void bytesList(int mark) {
    delimit(BYTES_LIST, mark);
  }

  /** Makes the feature that is written since the mark one of a list of features. */
  public void inFeatureList(int mark) {
    delimit(FIELD_1, mark);
  }

  /**
   * Makes the feature, or the list of features, that is written since the mark one with a name.
   *
   * @param name in UTF-8
   */
  public void entry(byte[] name, int mark) {
    delimit(FIELD_2, mark);
    int key = length();
    raw(name);
    delimit(FIELD_1, key);
    delimit(FIELD_1, mark);
  }

  /** Makes the entries that are written since the mark an Example, or a sequence's context. */
  public void features(int mark) {
    delimit(FIELD_1, mark);
  }

  /** Makes the entries that are written since the mark the lists of features of a sequence. */
  public void featureLists(int mark) {
    delimit(FIELD_2, mark);
  }

  /** Writes bytes as they are: data of a record that is no Example. */
  public void raw(byte[] bytes) {
    reserve(bytes.length);
    start -= bytes.length;
    System.arraycopy(bytes, 0, memory, start, bytes.length);
  }

  /**
   * Ends the message and writes it as a TFRecord.
   *
   * @return how many bytes that has
   */
  public int writeRecord(OutputStream target) throws IOException {
    int length = length();
    CRC32C sum = new CRC32C();
    sum.update(memory, start, length);
    int end = memory.length - TfRecord.TAIL;
    view.putInt(end, MaskedCrc32c.mask((int) sum.getValue()));
    raw(TfRecord.head(length));
    target.write(memory, start, memory.length - start);
    return memory.length - start;
  }

  /** Nothing is written of a list without values. */
  private void packed(int mark) {
    if (length() > mark) {
      delimit(FIELD_1, mark);
    }
  }

  private void delimit(int tag, int mark) {
    int64(length() - (long) mark);
    int64(tag);
  }

  private void reserve(int more) {
    if (more > start) {
      grow(more);
    }
  }

  private void grow(int more) {
    int used = memory.length - start;
    long needed = (long) used + more;
    if (needed > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "Cannot write a record of %d bytes or more (at most %d)".formatted(needed, MAX_LENGTH));
    }
    byte[] larger = new byte[(int) Math.min(MAX_LENGTH, Math.max(needed, 2L * memory.length))];
    System.arraycopy(memory, start, larger, larger.length - used, used);
    memory = larger;
    view = LittleEndian.of(larger);
    start = larger.length - used;
  }
}
