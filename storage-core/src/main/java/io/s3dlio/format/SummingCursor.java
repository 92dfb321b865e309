package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Reads on behalf of another, the whole of it, and compares its CRC-32 at the end. */
final class SummingCursor implements ByteCursor {
  private static final int SCRATCH = 16 << 10;

  private final ByteCursor bytes;
  private final int expected;
  private final CRC32 sum = new CRC32();
  private long left;

  /**
   * @param bytes closed with this
   * @param length how many they are
   * @param expected their sum
   */
  SummingCursor(ByteCursor bytes, long length, int expected) {
    this.bytes = bytes;
    this.left = length;
    this.expected = expected;
  }

  @Override
  public void read(ByteBuffer target) throws IOException {
    ByteBuffer arrived = target.duplicate();
    bytes.read(target);
    left -= arrived.remaining();
    sum.update(arrived);
  }

  @Override
  public void skip(long count) throws IOException {
    if (count < 0 || count > left) {
      throw corrupt("%d bytes are needed here, there are %d".formatted(count, left));
    }
    ByteBuffer scratch = ByteBuffer.allocate((int) Math.min(SCRATCH, count));
    for (long rest = count; rest > 0; rest -= scratch.limit()) {
      read(scratch.clear().limit((int) Math.min(scratch.capacity(), rest)));
    }
  }

  @Override
  public void finish() throws IOException {
    skip(left);
    if ((int) sum.getValue() != expected) {
      throw corrupt(
          "the CRC-32 of what ends here is %08x, the directory says %08x"
              .formatted((int) sum.getValue(), expected));
    }
  }

  @Override
  public CorruptException corrupt(String reason) {
    return bytes.corrupt(reason);
  }

  @Override
  public UnsupportedFormatException unsupported(String reason) {
    return bytes.unsupported(reason);
  }

  @Override
  public void close() {
    bytes.close();
  }
}
