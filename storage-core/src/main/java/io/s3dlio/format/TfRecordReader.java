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
 * Reads the records of a TFRecord object, one after the other, in ranges of 1 MiB, or of a record's
 * length where that is more: this is also the memory that it holds. Objects that are compressed are
 * read from their beginning, in ranges of 256 KiB. Not thread-safe.
 */
public final class TfRecordReader implements AutoCloseable {
  /** The most data that a record may have, in bytes: as much as a buffer holds. */
  public static final int MAX_LENGTH =
      BufferPool.MAX_SIZE - TfRecordHead.LENGTH - TfRecordHead.TAIL;

  private static final int CHUNK = 1 << 20;

  private final TfRecordBytes bytes;
  private final boolean verifyCrc;
  private final int maxLength;

  private BufferLease lease;

  /** From its position on, what was read and not passed yet. */
  private ByteBuffer window;

  /** Where the bytes after the window's are. */
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
    this(plain(reader, object, split), split.start(), verifyCrc, maxLength);
  }

  private TfRecordReader(TfRecordBytes bytes, long start, boolean verifyCrc, int maxLength) {
    if (maxLength < 0 || maxLength > MAX_LENGTH) {
      bytes.close();
      throw new IllegalArgumentException(
          "Invalid maxLength: %d (must be between 0 and %d)".formatted(maxLength, MAX_LENGTH));
    }
    this.bytes = bytes;
    this.verifyCrc = verifyCrc;
    this.maxLength = maxLength;
    this.next = start;
    this.lease = BufferPool.shared().acquire(Math.min(CHUNK, bytes.wanted()));
    this.window = empty(lease);
  }

  private static TfRecordBytes plain(ObjectReader reader, ObjectInfo object, TfRecordSplit split) {
    if (split.end() > object.length()) {
      throw new IllegalArgumentException(
          "Invalid split: %s (the object has %d bytes)".formatted(split, object.length()));
    }
    return new TfRecordBytes.Plain(new SourceObject(reader, object), split);
  }

  /**
   * Opens the whole of an object, compressed or not. However small it is, it may inflate to a
   * thousand times its length, in records of {@code maxLength}: no more than one is held.
   *
   * @param verifyCrc as without compression. The sums that compressed data have of their own are
   *     always compared, at their end
   * @param maxLength how many bytes of data a record may have; at most {@link #MAX_LENGTH}
   */
  public static TfRecordReader open(
      ObjectReader reader,
      ObjectInfo object,
      TfRecordCompression compression,
      boolean verifyCrc,
      int maxLength) {
    TfRecordBytes bytes =
        compression == TfRecordCompression.NONE
            ? plain(reader, object, new TfRecordSplit(0, object.length()))
            : new InflatedTfRecords(new SourceObject(reader, object), compression);
    return new TfRecordReader(bytes, 0, verifyCrc, maxLength);
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
    if (!window.hasRemaining() && fill(0) == 0) {
      return false;
    }
    require(TfRecordHead.LENGTH);
    long room = window.remaining() + bytes.most();
    long length = TfRecordHead.dataLength(window, verifyCrc, room, this::corrupt);
    if (length > maxLength) {
      throw bytes.unsupported(
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

  /**
   * Returns where the record begins, or ought to begin if there is none: in the object, or in what
   * is inflated of it.
   */
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
      throw malformed("tf.train.Example", e);
    }
  }

  /**
   * Returns the context and the sequences of the record's data, a {@code tf.train.SequenceExample}.
   * Their bytes are parts of {@link #data}, and right as long as that is.
   *
   * @throws CorruptException if it is no such message
   */
  public TfSequenceExample sequenceExample() throws IOException {
    try {
      return TfExamples.parseSequence(data());
    } catch (MalformedProtoException e) {
      throw malformed("tf.train.SequenceExample", e);
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
      throw malformed("tf.train.Example", e);
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
      throw malformed("tf.train.SequenceExample", e);
    }
  }

  /**
   * Returns the failure of a record that is not what it should be.
   *
   * @param reason told after the object, and the record's offset
   */
  public CorruptException corrupt(String reason) {
    return bytes.corrupt(recordOffset, reason);
  }

  private void verifyData() throws CorruptException {
    int sum = MaskedCrc32c.of(window.slice(window.position(), dataLength));
    int stored = window.getInt(window.position() + dataLength);
    if (sum != stored) {
      throw corrupt(
          "the masked CRC-32C of the record's data is %08x, not %08x".formatted(sum, stored));
    }
  }

  private CorruptException malformed(String message, MalformedProtoException e) {
    return bytes.corrupt(
        recordOffset + TfRecordHead.LENGTH + e.position(),
        "the record is no %s: %s".formatted(message, e.getMessage()),
        e);
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
    }
    fill(length - window.remaining());
  }

  /**
   * Reads into what is left of the buffer.
   *
   * @param least how many bytes are needed
   * @return how many came
   */
  private int fill(int least) throws IOException {
    int had = window.remaining();
    window.compact();
    int count = 0;
    try {
      count = bytes.read(window, least);
    } finally {
      window.position(0).limit(had + count);
    }
    next += count;
    return count;
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
    bytes.close();
  }
}
