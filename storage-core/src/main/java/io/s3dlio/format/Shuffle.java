package io.s3dlio.format;

import java.nio.ByteBuffer;

/**
 * HDF5's filter that brings the first bytes of all elements together, then the second, and so on.
 */
final class Shuffle {
  /** How many bytes are moved at once. */
  private static final int BLOCK = 32 << 10;

  private Shuffle() {}

  /**
   * Brings the bytes of each element together again.
   *
   * @param bytes read to its end
   * @param target has as many bytes remaining, and is filled
   * @param elementLength how many bytes an element has; what is less than an element stays at the
   *     end
   */
  static void undo(ByteBuffer bytes, ByteBuffer target, long elementLength) {
    int count = (int) (bytes.remaining() / elementLength);
    if (count > 1) {
      int lanes = (int) elementLength;
      if (lanes <= BLOCK) {
        blocks(bytes, target, lanes, count);
      } else {
        single(bytes, target, lanes, count);
      }
    }
    target.put(bytes);
  }

  private static void blocks(ByteBuffer bytes, ByteBuffer target, int lanes, int count) {
    int start = bytes.position();
    int most = BLOCK / lanes;
    byte[] lane = new byte[most];
    byte[] block = new byte[most * lanes];
    for (int first = 0; first < count; first += most) {
      int some = Math.min(most, count - first);
      for (int i = 0; i < lanes; i++) {
        bytes.get(start + i * count + first, lane, 0, some);
        for (int j = 0, at = i; j < some; j++, at += lanes) {
          block[at] = lane[j];
        }
      }
      target.put(block, 0, some * lanes);
    }
    bytes.position(start + count * lanes);
  }

  private static void single(ByteBuffer bytes, ByteBuffer target, int lanes, int count) {
    int start = bytes.position();
    for (int j = 0; j < count; j++) {
      for (int i = 0; i < lanes; i++) {
        target.put(bytes.get(start + i * count + j));
      }
    }
    bytes.position(start + count * lanes);
  }
}
