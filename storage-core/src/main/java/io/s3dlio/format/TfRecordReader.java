package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Reads the records of a TFRecord object that is not compressed, one after the other, in ranges of
 * 1 MiB, or of a record's length where that is more: this is also the memory that it holds. Not
 * thread-safe.
 */
public final class TfRecordReader implements AutoCloseable {
  /** The most data that a record may have, in bytes: as much as a buffer holds. */
  public static final int MAX_LENGTH =
      BufferPool.MAX_SIZE - TfRecordHead.LENGTH - TfRecordHead.TAIL;

  private static final int CHUNK = 1 << 20;

  private final SourceObject object;
  private final TfRecordSplit split;
  private final boolean verifyCrc;
  private final int maxLength;

  private BufferLease lease;

  /** From its position on, what was read and not passed yet. */
  private ByteBuffer window;

  /** Where in the object the bytes after the window's are. */
  private long next;

  private long recordOffset;
  private int dataLength;

  /** Whether the window's position is at a record's data, rather than before a record. */
  private boolean atRecord;

  /**
   * @param split where the first record begins, and from where on none is to begin any more
   * @param verifyCrc whether lengths and data are compared with their sums. Without, files with
   *     wrong sums can be read, and damage may go unnoticed
   * @param maxLength how many bytes of data a record may have; at most {@link #MAX_LENGTH}
   */
  public TfRecordReader(
      ObjectReader reader,
      ObjectInfo object,
      TfRecordSplit split,
      boolean verifyCrc,
      int maxLength) {
    if (maxLength < 0 || maxLength > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "Invalid maxLength: %d (must be between 0 and %d)".formatted(maxLength, MAX_LENGTH));
    }
    if (split.end() > object.length()) {
      throw new IllegalArgumentException(
          "Invalid split: %s (the object has %d bytes)".formatted(split, object.length()));
    }
    this.object = new SourceObject(reader, object);
    this.split = split;
    this.verifyCrc = verifyCrc;
    this.maxLength = maxLength;
    this.next = split.start();
    this.lease = BufferPool.shared().acquire(Math.min(CHUNK, split.end() - split.start()));
    this.window = empty(lease);
  }

  /**
   * Goes to the next record, and returns whether there is one.
   *
   * @throws CorruptException if its sums are wrong, or the object ends before it does. Where it is
   *     its data's sum, {@link #hasRecord} tells that there is a record, and the next call goes on
   *     behind it. Otherwise nobody knows where another begins, and every call fails
   * @throws UnsupportedFormatException if it is longer than it may be
   */
  public boolean next() throws IOException {
    if (atRecord) {
      window.position(window.position() + dataLength + TfRecordHead.TAIL);
      atRecord = false;
    }
    recordOffset = next - window.remaining();
    if (recordOffset >= split.end()) {
      return false;
    }
    require(TfRecordHead.LENGTH);
    long length = TfRecordHead.dataLength(object, recordOffset, window, verifyCrc);
    if (length > maxLength) {
      throw object.unsupported(
          recordOffset,
          "the record has %d bytes of data (at most %d)".formatted(length, maxLength));
    }
    dataLength = (int) length;
    require(TfRecordHead.LENGTH + dataLength + TfRecordHead.TAIL);
    window.position(window.position() + TfRecordHead.LENGTH);
    atRecord = true;
    if (verifyCrc) {
      verifyData();
    }
    return true;
  }

  /** Returns whether the reader is at a record, be its data damaged or not. */
  public boolean hasRecord() {
    return atRecord;
  }

  /** Returns where in the object the record begins, or ought to begin if there is none. */
  public long offset() {
    return recordOffset;
  }

  /** Returns the record's data: direct, read-only, and right until the next call of next(). */
  public ByteBuffer data() {
    requireRecord();
    return window.slice(window.position(), dataLength).asReadOnlyBuffer();
  }

  /**
   * Returns the features of the record's data, a {@code tf.train.Example}, by their names and in
   * its order. Their bytes are parts of {@link #data}, and right as long as that is.
   *
   * @throws CorruptException if it is no such message
   */
  public Map<String, TfFeature> example() throws IOException {
    try {
      return TfExamples.parse(data());
    } catch (MalformedProtoException e) {
      throw object.corrupt(
          recordOffset + TfRecordHead.LENGTH + e.position(),
          "the record is no tf.train.Example: %s".formatted(e.getMessage()),
          e);
    }
  }

  /**
   * Parses the record's data, a {@code tf.train.Example}. The features are right until the next
   * call of next().
   *
   * @throws CorruptException if it is no such message
   */
  public void parseExample(TfExampleParser parser) throws IOException {
    try {
      parser.parseExample(data());
    } catch (MalformedProtoException e) {
      throw noMessage("tf.train.Example", e);
    }
  }

  /**
   * Parses the record's data, a {@code tf.train.SequenceExample}, as {@link #parseExample} does.
   *
   * @throws CorruptException if it is no such message
   */
  public void parseSequence(TfExampleParser parser) throws IOException {
    try {
      parser.parseSequence(data());
    } catch (MalformedProtoException e) {
      throw noMessage("tf.train.SequenceExample", e);
    }
  }

  /**
   * Returns the failure of a record that is not what it should be.
   *
   * @param reason told after the object, and the record's offset
   */
  public CorruptException corrupt(String reason) {
    return object.corrupt(recordOffset, reason);
  }

  private CorruptException noMessage(String type, MalformedProtoException e) {
    return object.corrupt(
        recordOffset + TfRecordHead.LENGTH + e.position(),
        "the record is no %s: %s".formatted(type, e.getMessage()),
        e);
  }

  private void verifyData() throws CorruptException {
    int sum = MaskedCrc32c.of(window.slice(window.position(), dataLength));
    int stored = window.getInt(window.position() + dataLength);
    if (sum != stored) {
      throw object.corrupt(
          recordOffset,
          "the masked CRC-32C of the record's data is %08x, not %08x".formatted(sum, stored));
    }
  }

  private void requireRecord() {
    if (!atRecord) {
      throw new IllegalStateException("Cannot tell a record: there is none");
    }
  }

  /** Reads on until the window has so many bytes. */
  private void require(int length) throws IOException {
    if (window.remaining() >= length) {
      return;
    }
    if (length > lease.buffer().capacity()) {
      replace(BufferPool.shared().acquire(length));
    } else {
      window.compact().flip();
    }
    int had = window.limit();
    // Nothing that belongs to the next split is read, but the end of a record of this.
    long wanted = Math.max(length - had, Math.min(window.capacity() - had, split.end() - next));
    boolean read = false;
    try {
      object.read(next, window.position(had).limit(had + (int) wanted));
      read = true;
    } finally {
      window.position(0).limit(read ? had + (int) wanted : had);
    }
    next += wanted;
  }

  private void replace(BufferLease larger) {
    ByteBuffer bytes = empty(larger).limit(window.remaining());
    bytes.put(window).flip();
    lease.close();
    lease = larger;
    window = bytes;
  }

  private static ByteBuffer empty(BufferLease lease) {
    return lease.buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  /** Gives the memory back. Idempotent. */
  @Override
  public void close() {
    lease.close();
  }
}
