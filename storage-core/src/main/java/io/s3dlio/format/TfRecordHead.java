package io.s3dlio.format;

import io.s3dlio.storage.StorageException;
import java.nio.ByteBuffer;

/** What stands before a TFRecord's data, checked, and how much stands after. */
final class TfRecordHead {
  /** The length of what stands before the data, in bytes. */
  static final int LENGTH = Long.BYTES + Integer.BYTES;

  /** The length of what stands after the data, in bytes. */
  static final int TAIL = Integer.BYTES;

  private TfRecordHead() {}

  /**
   * Returns how many bytes of data follow, all of which are within the object.
   *
   * @param offset where in the object the record begins
   * @param head little-endian; its first {@link #LENGTH} bytes from its position
   */
  static long dataLength(SourceObject object, long offset, ByteBuffer head, boolean verifyCrc)
      throws StorageException {
    int at = head.position();
    long length = head.getLong(at);
    if (verifyCrc) {
      int sum = MaskedCrc32c.of(head.slice(at, Long.BYTES));
      int stored = head.getInt(at + Long.BYTES);
      if (sum != stored) {
        throw object.corrupt(
            offset,
            "the masked CRC-32C of the record's length is %08x, not %08x".formatted(sum, stored));
      }
    }
    long room = object.length() - offset - LENGTH - TAIL;
    if (length < 0 || length > room) {
      throw object.corrupt(
          offset,
          "the record has %s bytes of data, there is room for %d"
              .formatted(Long.toUnsignedString(length), Math.max(0, room)));
    }
    return length;
  }
}
