package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Cuts TFRecord objects between records. Needs memory for the splits, however many records there
 * are.
 */
public final class TfRecordSplits {
  private static final int HOP_CHUNK = 4 << 10;
  private static final int INDEX_CHUNK = 256 << 10;
  private static final int RESYNC_CHUNK = 1 << 20;

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

  /**
   * Looks, from each multiple of the size on, for what seems to be a record: a length and data with
   * the sums that they ought to have. <b>Not safe:</b> data that hold TFRecords themselves, a file
   * within a file, are cut within, and then what is read is not what was written.
   *
   * @param size splits are cut at the first record that begins at or after each multiple of this,
   *     in bytes
   */
  public static List<TfRecordSplit> byResync(ObjectReader reader, ObjectInfo object, long size)
      throws IOException {
    SourceObject data = new SourceObject(reader, object);
    Cutter cutter = new Cutter(size);
    for (long from = size; from < data.length(); from += size) {
      if (from > cutter.position()) {
        cutter.cutAt(firstRecord(data, from));
      }
    }
    cutter.cutAt(data.length());
    return cutter.finish();
  }

  /** Returns where the first record from a place on seems to begin; the object's end for none. */
  private static long firstRecord(SourceObject data, long from) throws IOException {
    int least = TfRecordHead.LENGTH + TfRecordHead.TAIL;
    try (BufferLease lease = BufferPool.shared().acquire(RESYNC_CHUNK)) {
      ByteBuffer window = lease.buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
      for (long start = from;
          data.length() - start >= least;
          start += window.limit() - TfRecordHead.LENGTH + 1) {
        data.read(start, window.clear().limit((int) Math.min(RESYNC_CHUNK, data.length() - start)));
        window.flip();
        for (int i = 0; i + TfRecordHead.LENGTH <= window.limit(); i++) {
          if (isRecord(data, start + i, window, i)) {
            return start + i;
          }
        }
      }
    }
    return data.length();
  }

  private static boolean isRecord(SourceObject data, long offset, ByteBuffer window, int at)
      throws IOException {
    long length = window.getLong(at);
    long room = data.length() - offset - TfRecordHead.LENGTH - TfRecordHead.TAIL;
    return length >= 0
        && length <= room
        && MaskedCrc32c.of(window.slice(at, Long.BYTES)) == window.getInt(at + Long.BYTES)
        && hasSum(data, offset + TfRecordHead.LENGTH, length);
  }

  private static boolean hasSum(SourceObject data, long offset, long length) throws IOException {
    CRC32C sum = new CRC32C();
    long end = offset + length + TfRecordHead.TAIL;
    try (RangeCursor cursor = new RangeCursor(data, offset, end, INDEX_CHUNK)) {
      for (long left = length; left > 0; ) {
        ByteBuffer bytes = cursor.buffered();
        int count = (int) Math.min(left, bytes.remaining());
        sum.update(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        left -= count;
      }
      ByteBuffer stored = ByteBuffer.allocate(TfRecordHead.TAIL).order(ByteOrder.LITTLE_ENDIAN);
      cursor.read(stored);
      return stored.getInt(0) == MaskedCrc32c.mask((int) sum.getValue());
    }
  }

  /**
   * Returns how long an object's first record is, what stands around its data included, if it seems
   * to begin with one; a compressed object does not.
   */
  public static OptionalLong firstRecordLength(ObjectReader reader, ObjectInfo object)
      throws IOException {
    SourceObject data = new SourceObject(reader, object);
    if (data.length() < TfRecordHead.LENGTH + TfRecordHead.TAIL) {
      return OptionalLong.empty();
    }
    try (BufferLease lease = BufferPool.shared().acquire(TfRecordHead.LENGTH)) {
      ByteBuffer head = lease.buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
      data.read(0, head);
      head.flip();
      boolean whole = MaskedCrc32c.of(head.slice(0, Long.BYTES)) == head.getInt(Long.BYTES);
      return whole && head.getLong(0) >= 0
          ? OptionalLong.of(head.getLong(0) + TfRecordHead.LENGTH + TfRecordHead.TAIL)
          : OptionalLong.empty();
    }
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

    /** Ends a split where a record begins, or the object ends. */
    void cutAt(long end) {
      position = end;
      if (end > start) {
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
