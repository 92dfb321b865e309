package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts TFRecord objects between records. Needs memory for the splits, however many records there
 * are.
 */
public final class TfRecordSplits {
  private static final int HOP_CHUNK = 4 << 10;
  private static final int INDEX_CHUNK = 256 << 10;

  /** Two numbers of 19 digits with a space between. */
  private static final int LONGEST_LINE = 39;

  private TfRecordSplits() {}

  /**
   * Reads the head of each record, and nothing else of records above 4 KiB: a request a record.
   *
   * @param size splits are cut at the first record that makes them at least so long, in bytes
   * @param verifyCrc whether lengths are compared with their sums
   * @param object not compressed
   * @throws CorruptException if a length is wrong, or the object ends before its last record does
   */
  public static List<TfRecordSplit> byHopping(
      ObjectReader reader, ObjectInfo object, long size, boolean verifyCrc) throws IOException {
    SourceObject data = new SourceObject(reader, object);
    Cutter cutter = new Cutter(size);
    ByteBuffer head = ByteBuffer.allocate(TfRecordHead.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    try (RangeCursor cursor = new RangeCursor(data, 0, data.length(), HOP_CHUNK)) {
      while (cursor.remaining() > 0) {
        long offset = cursor.position();
        cursor.read(head.clear());
        long length =
            TfRecordHead.dataLength(
                head.flip(), verifyCrc, data.length() - offset, r -> data.corrupt(offset, r));
        cursor.skip(length + TfRecordHead.TAIL);
        cutter.record(cursor.position());
      }
    }
    return cutter.finish();
  }

  /**
   * Reads an index in the text form of DALI's {@code tfrecord2idx}: a line for each record with its
   * offset and its length, what stands around its data included. The index has to tell of the whole
   * object.
   *
   * @param size splits are cut at the first record that makes them at least so long, in bytes
   * @throws CorruptException if the index is malformed, or that of another object
   */
  public static List<TfRecordSplit> byIndex(
      ObjectReader reader, ObjectInfo index, ObjectInfo object, long size) throws IOException {
    SourceObject lines = new SourceObject(reader, index);
    Cutter cutter = new Cutter(size);
    StringBuilder line = new StringBuilder();
    try (RangeCursor cursor = new RangeCursor(lines, 0, lines.length(), INDEX_CHUNK)) {
      long lineStart = 0;
      while (cursor.remaining() > 0) {
        char c = (char) (cursor.buffered().get() & 0xff);
        if (c != '\n') {
          line.append(c);
        }
        if (c == '\n' || cursor.remaining() == 0) {
          cutter.record(recordEnd(lines, lineStart, line.toString(), cutter.position(), object));
          line.setLength(0);
          lineStart = cursor.position();
        } else if (line.length() > LONGEST_LINE) {
          throw lines.corrupt(
              lineStart, "%s is no line of an index".formatted(SourceObject.quote(line)));
        }
      }
    }
    if (cutter.position() != object.length()) {
      throw lines.corrupt(
          lines.length(),
          "the index ends at byte %d of %s, which has %d"
              .formatted(cutter.position(), object.location(), object.length()));
    }
    return cutter.finish();
  }

  private static long recordEnd(
      SourceObject lines, long lineStart, String line, long expectedOffset, ObjectInfo object)
      throws CorruptException {
    long offset;
    long length;
    try {
      int space = line.indexOf(' ');
      offset = number(line.substring(0, Math.max(0, space)));
      length = number(line.substring(space + 1));
    } catch (NumberFormatException e) {
      throw lines.corrupt(
          lineStart, "%s is no line of an index".formatted(SourceObject.quote(line)), e);
    }
    if (offset != expectedOffset
        || length < TfRecordHead.LENGTH + TfRecordHead.TAIL
        || length > object.length() - offset) {
      throw lines.corrupt(
          lineStart,
          "a record at byte %d of %d bytes is impossible after byte %d of %s, which has %d"
              .formatted(offset, length, expectedOffset, object.location(), object.length()));
    }
    return offset + length;
  }

  /** Digits alone: no sign. */
  private static long number(String text) {
    if (!text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new NumberFormatException("not a number");
    }
    return Long.parseLong(text);
  }

  /** Makes splits of records that follow each other from the object's beginning. */
  private static final class Cutter {
    private final long size;
    private final List<TfRecordSplit> splits = new ArrayList<>();
    private long start;
    private long position;

    Cutter(long size) {
      if (size <= 0) {
        throw new IllegalArgumentException("Invalid size: %d (must be > 0)".formatted(size));
      }
      this.size = size;
    }

    /** Returns where the last record ended. */
    long position() {
      return position;
    }

    void record(long end) {
      position = end;
      if (position - start >= size) {
        cut();
      }
    }

    private void cut() {
      splits.add(new TfRecordSplit(start, position));
      start = position;
    }

    List<TfRecordSplit> finish() {
      if (position > start) {
        cut();
      }
      return List.copyOf(splits);
    }
  }
}
