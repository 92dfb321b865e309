package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What stands around the members of a zip archive that are deflated. Local headers tell true sizes
 * and sums, all times are the first of January 1980, and there are ZIP64 fields where 32 bits do
 * not do.
 */
public final class ZipFrame {
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int DIRECTORY_HEADER = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_LOCATOR = 0x07064b50;

  private static final int LOCAL_HEADER_LENGTH = 30;
  private static final int DIRECTORY_HEADER_LENGTH = 46;
  private static final int END_LENGTH = 22;
  private static final int END_64_LENGTH = 56;
  private static final int END_64_LOCATOR_LENGTH = 20;

  private static final short ZIP64 = 1;
  private static final int EXTRA_HEAD = 2 * Short.BYTES;
  private static final int VERSION = 20;
  private static final int VERSION_ZIP64 = 45;
  private static final short DEFLATED = 8;
  private static final short DATE = (1 << 5) | 1;
  private static final long LARGE = 0xffffffffL;

  private ZipFrame() {}

  /**
   * A member.
   *
   * @param name in ASCII
   * @param crc32 of what it holds
   * @param stored how many bytes it takes, deflated
   * @param size how many bytes it holds
   */
  public record Member(String name, int crc32, long stored, long size) {
    private boolean isLarge() {
      return stored >= LARGE || size >= LARGE;
    }

    private byte[] nameBytes() {
      return name.getBytes(StandardCharsets.US_ASCII);
    }

    private int localLength() {
      return LOCAL_HEADER_LENGTH + name.length() + (isLarge() ? EXTRA_HEAD + 2 * Long.BYTES : 0);
    }

    private int directoryExtra(long offset) {
      int fields = (isLarge() ? 2 : 0) + (offset >= LARGE ? 1 : 0);
      return fields == 0 ? 0 : EXTRA_HEAD + fields * Long.BYTES;
    }
  }

  /** Returns what stands before a member's bytes. */
  public static byte[] local(Member member) {
    byte[] bytes = new byte[member.localLength()];
    ByteBuffer local = LittleEndian.of(bytes);
    local.putInt(LOCAL_HEADER);
    int extra = member.isLarge() ? EXTRA_HEAD + 2 * Long.BYTES : 0;
    putCommon(local, member, member.isLarge(), extra);
    local.put(member.nameBytes());
    if (member.isLarge()) {
      putSizes(putExtraHead(local, extra), member);
    }
    return bytes;
  }

  /** Returns what stands after the bytes of the last of the members, which follow each other. */
  public static byte[] directory(List<Member> members) {
    long length = 0;
    long at = 0;
    for (Member member : members) {
      length += DIRECTORY_HEADER_LENGTH + member.name().length() + member.directoryExtra(at);
      at += member.localLength() + member.stored();
    }
    boolean isLarge = at >= LARGE;
    int around = END_LENGTH + (isLarge ? END_64_LENGTH + END_64_LOCATOR_LENGTH : 0);
    byte[] bytes = new byte[Math.toIntExact(length + around)];
    ByteBuffer target = LittleEndian.of(bytes);
    long offset = 0;
    for (Member member : members) {
      putDirectory(target, member, offset);
      offset += member.localLength() + member.stored();
    }
    if (isLarge) {
      // The length is of what follows it.
      target.putInt(END_64).putLong(END_64_LENGTH - Integer.BYTES - Long.BYTES);
      target.putShort((short) VERSION_ZIP64).putShort((short) VERSION_ZIP64);
      target.putInt(0).putInt(0).putLong(members.size()).putLong(members.size());
      target.putLong(length).putLong(offset);
      target.putInt(END_64_LOCATOR).putInt(0).putLong(offset + length).putInt(1);
    }
    target.putInt(END).putShort((short) 0).putShort((short) 0);
    target.putShort((short) members.size()).putShort((short) members.size());
    target.putInt((int) length).putInt((int) Math.min(LARGE, offset)).putShort((short) 0);
    return bytes;
  }

  private static void putDirectory(ByteBuffer target, Member member, long offset) {
    int extra = member.directoryExtra(offset);
    target.putInt(DIRECTORY_HEADER).putShort((short) (extra > 0 ? VERSION_ZIP64 : VERSION));
    putCommon(target, member, extra > 0, extra);
    // No comment, on the first disk, binary, no attributes.
    target.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
    target.putInt((int) Math.min(LARGE, offset)).put(member.nameBytes());
    if (extra > 0) {
      putExtraHead(target, extra);
      if (member.isLarge()) {
        putSizes(target, member);
      }
      if (offset >= LARGE) {
        target.putLong(offset);
      }
    }
  }

  /** Puts what local headers and those of the directory have in common. */
  private static void putCommon(ByteBuffer target, Member member, boolean isZip64, int extra) {
    target.putShort((short) (isZip64 ? VERSION_ZIP64 : VERSION));
    // No flags, and midnight.
    target.putShort((short) 0).putShort(DEFLATED).putShort((short) 0).putShort(DATE);
    target.putInt(member.crc32());
    target.putInt((int) (member.isLarge() ? LARGE : member.stored()));
    target.putInt((int) (member.isLarge() ? LARGE : member.size()));
    target.putShort((short) member.name().length()).putShort((short) extra);
  }

  private static ByteBuffer putExtraHead(ByteBuffer target, int extra) {
    return target.putShort(ZIP64).putShort((short) (extra - EXTRA_HEAD));
  }

  private static void putSizes(ByteBuffer target, Member member) {
    target.putLong(member.size()).putLong(member.stored());
  }
}
