package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.nio.ByteBuffer;

/** What stands before a TFRecord's data, checked, and how much stands after. */
final class TfRecordHead {
  /** The length of what stands before the data, in bytes. */
  static final int LENGTH = Long.BYTES + Integer.BYTES;

  /** The length of what stands after the data, in bytes. */
  static final int TAIL = Integer.BYTES;

  private TfRecordHead() {}

  /** Makes a failure that names the record's place. */
  interface Refusal {
    CorruptException corrupt(String reason);
  }

  /**
   * Returns how many bytes of data follow, for all of which there is room.
   *
   * @param head little-endian; its first {@link #LENGTH} bytes from its position
   * @param room how many bytes there are at most from the record's beginning on
   */
  static long dataLength(ByteBuffer head, boolean verifyCrc, long room, Refusal refusal)
      throws CorruptException {
    int at = head.position();
    long length = head.getLong(at);
    if (verifyCrc) {
      int sum = MaskedCrc32c.of(head.slice(at, Long.BYTES));
      int stored = head.getInt(at + Long.BYTES);
      if (sum != stored) {
        throw refusal.corrupt(
            "the masked CRC-32C of the record's length is %08x, not %08x".formatted(sum, stored));
      }
    }
    long dataRoom = room - LENGTH - TAIL;
    if (length < 0 || length > dataRoom) {
      throw refusal.corrupt(
          "the record has %s bytes of data, there is room for %d"
              .formatted(Long.toUnsignedString(length), Math.max(0, dataRoom)));
    }
    return length;
  }
}
