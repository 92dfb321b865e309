package io.s3dlio.format;

import io.s3dlio.storage.checksum.Crc;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What stands around the data of an NPZ archive's members, which are arrays of any type, stored as
 * they are. Told of each member in turn, whose data begin at a multiple of 64. Local headers tell
 * true sizes and sums. Not thread-safe.
 *
 * <p>An archive has less than 4 GiB and 65,535 members at most: it has no ZIP64 fields.
 */
public final class NpzArchive {
  /** The most members that an archive has. */
  public static final int MAX_MEMBERS = 0xffff - 1;

  private static final long MAX_LENGTH = 0xffffffffL - 1;

  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int DIRECTORY_HEADER = 0x02014b50;
  private static final int END = 0x06054b50;

  private static final int LOCAL_HEADER_LENGTH = 30;
  private static final int DIRECTORY_HEADER_LENGTH = 46;
  private static final int END_LENGTH = 22;

  private static final String SUFFIX = ".npy";
  private static final int ALIGNMENT = 64;

  /** An extra field that is padding, as Android's zipalign has it: its identifier and its head. */
  private static final short PADDING = (short) 0xd935;

  private static final int EXTRA_HEAD = 2 * Short.BYTES;

  private static final int VERSION = 20;

  /** Names are in UTF-8. */
  private static final int UTF_8 = 1 << 11;

  /** The first of January 1980, the least date that there is. */
  private static final short DATE = (1 << 5) | 1;

  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private long length;
  private int members;

  /**
   * Returns what stands before the data of the next member, right after those of the last one.
   *
   * @param name without {@code .npy}
   * @param descr the type of the elements, as NumPy writes it
   * @param dataLength in bytes
   * @param dataCrc the CRC-32 of the data, which are in C order
   * @throws IllegalArgumentException if the archive would become too large
   */
  public byte[] member(String name, String descr, long dataLength, int dataCrc, long... shape) {
    byte[] file = (name + SUFFIX).getBytes(StandardCharsets.UTF_8);
    byte[] header = Npy.shortestHeader(descr, shape);
    long size = header.length + dataLength;
    long unpadded = length + LOCAL_HEADER_LENGTH + file.length + EXTRA_HEAD;
    int padding = (int) ((ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT);
    int extra = EXTRA_HEAD + padding;
    long end = unpadded + padding + size;
    if (end + directory.size() + DIRECTORY_HEADER_LENGTH + file.length + END_LENGTH > MAX_LENGTH
        || members == MAX_MEMBERS) {
      throw new IllegalArgumentException(
          "Cannot put '%s' into an archive: it would have %d bytes and %d members (at most %d and %d)"
              .formatted(name, end, members + 1, MAX_LENGTH, MAX_MEMBERS));
    }
    int sum = Crc.CRC32.combine(Crc.CRC32.of(header), dataCrc, dataLength);
    byte[] bytes = new byte[LOCAL_HEADER_LENGTH + file.length + extra + header.length];
    ByteBuffer head = LittleEndian.of(bytes);
    head.putInt(LOCAL_HEADER);
    putCommon(head, sum, size, file, extra);
    head.put(file).putShort(PADDING).putShort((short) padding);
    head.position(head.position() + padding).put(header);
    addToDirectory(file, sum, size);
    length = end;
    members++;
    return bytes;
  }

  private void addToDirectory(byte[] file, int sum, long size) {
    byte[] bytes = new byte[DIRECTORY_HEADER_LENGTH + file.length];
    ByteBuffer entry = LittleEndian.of(bytes);
    entry.putInt(DIRECTORY_HEADER).putShort((short) VERSION);
    putCommon(entry, sum, size, file, 0);
    // No comment, on the first disk, binary, no attributes.
    entry.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
    entry.putInt((int) length).put(file);
    directory.writeBytes(bytes);
  }

  /** Puts what local headers and those of the directory have in common. */
  private static void putCommon(ByteBuffer target, int sum, long size, byte[] file, int extra) {
    // The method 0, and midnight.
    target.putShort((short) VERSION).putShort((short) UTF_8).putShort((short) 0);
    target.putShort((short) 0).putShort(DATE).putInt(sum).putInt((int) size).putInt((int) size);
    target.putShort((short) file.length).putShort((short) extra);
  }

  /** Returns what ends the archive, right after the data of the last member. */
  public byte[] end() {
    byte[] bytes = new byte[directory.size() + END_LENGTH];
    ByteBuffer tail = LittleEndian.of(bytes);
    tail.put(directory.toByteArray());
    tail.putInt(END).putShort((short) 0).putShort((short) 0);
    tail.putShort((short) members).putShort((short) members).putInt(directory.size());
    tail.putInt((int) length).putShort((short) 0);
    return bytes;
  }
}
