package io.s3dlio.datagen;

import io.s3dlio.format.ZipFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A zip archive whose members are deflated, made of one that stores them. */
final class DeflatedArchive {
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int LOCAL_HEADER_LENGTH = 30;
  private static final byte[] NOTHING = {};

  /** Where a local header has what is needed of it. */
  private static final int SIZE = 22;

  private static final int NAME_LENGTH = 26;
  private static final int EXTRA_LENGTH = 28;
  private static final long IN_ZIP64 = 0xffffffffL;

  private DeflatedArchive() {}

  /**
   * @param plain tells true sizes in its local headers; if a size is in ZIP64's field, that is the
   *     first. What follows its members is left out
   */
  static ObjectSource of(ObjectSource plain) {
    List<ZipFrame.Member> members = new ArrayList<>();
    List<ObjectSource> pieces = new ArrayList<>();
    long at = 0;
    ByteBuffer local = read(plain, at, LOCAL_HEADER_LENGTH);
    while (local.getInt(0) == LOCAL_HEADER) {
      int nameLength = local.getShort(NAME_LENGTH);
      int moreLength = nameLength + local.getShort(EXTRA_LENGTH);
      ByteBuffer more = read(plain, at + LOCAL_HEADER_LENGTH, moreLength);
      long size = Integer.toUnsignedLong(local.getInt(SIZE));
      if (size == IN_ZIP64) {
        size = more.getLong(nameLength + 2 * Short.BYTES);
      }
      byte[] name = new byte[nameLength];
      more.get(name);
      long data = at + LOCAL_HEADER_LENGTH + moreLength;
      DeflatedBytes deflated = new DeflatedBytes(plain, data, size);
      ZipFrame.Member member =
          new ZipFrame.Member(
              new String(name, StandardCharsets.US_ASCII),
              deflated.crc32(),
              deflated.length(),
              size);
      members.add(member);
      pieces.add(new FramedBytes(ZipFrame.local(member), deflated, NOTHING));
      at = data + size;
      // What follows the last member is longer than a local header is.
      local = read(plain, at, LOCAL_HEADER_LENGTH);
    }
    pieces.add(new FramedBytes(ZipFrame.directory(members), new ZeroBytes(0), NOTHING));
    return new JoinedBytes(pieces);
  }

  private static ByteBuffer read(ObjectSource source, long offset, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    source.fill(offset, bytes);
    return bytes.flip();
  }
}
