package io.s3dlio.format;

import io.s3dlio.storage.checksum.Crc;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * NumPy's NPZ format: a zip archive with a member {@code x}, images with the samples last, and a
 * member {@code y}, their labels, both stored as they are. What stands around the images.
 *
 * <p>The images come first and begin at a multiple of 64. Local headers tell true sizes and sums.
 * An archive of 4 GiB or more has ZIP64 fields. What the images leave over of the length is zeros
 * in the archive's comment.
 *
 * @param length of the archive
 * @param shape of the images
 * @param firstLabel the label of the first sample; the others count up
 */
public record Npz(long length, ImageShape shape, long firstLabel) {
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

  private static final byte[] X = "x.npy".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] Y = "y.npy".getBytes(StandardCharsets.US_ASCII);

  /** Extra fields: their identifiers, and how long these and their lengths are. */
  private static final short ZIP64 = 1;

  /** Padding, as Android's zipalign has it. */
  private static final short ALIGNMENT = (short) 0xd935;

  private static final int EXTRA_HEAD = 2 * Short.BYTES;

  /** The header of the first member: with its extra fields a multiple of 64. */
  private static final int X_LOCAL = 64;

  private static final int VERSION = 20;
  private static final int VERSION_ZIP64 = 45;

  /** The first of January 1980, the least date that there is. */
  private static final short DATE = (1 << 5) | 1;

  private static final int IN_ZIP64 = -1;

  /** From here on fields of 32 bits might not do. */
  private static final long LARGE = 0xffffffffL;

  /** Returns the length of the smallest archive of so many images. */
  public static long minLength(ElementType type, int samples) {
    return around(Npy.HEADER, samples, false) + (long) samples * type.bytes();
  }

  /** Returns the length of an archive of such images, with nothing left over. */
  public static long length(ImageShape shape) {
    int header = Npy.headerLength(shape);
    long small = around(header, shape.samples(), false) + shape.length();
    return small < LARGE ? small : around(header, shape.samples(), true) + shape.length();
  }

  /**
   * Returns an archive of exactly this length.
   *
   * @param length at least {@link #minLength}
   */
  public static Npz ofLength(long length, ElementType type, int samples, long firstLabel) {
    long images = length - around(Npy.HEADER, samples, length >= LARGE);
    return new Npz(length, ImageShape.within(images, type, samples), firstLabel);
  }

  /** Returns how many bytes there are beside the images and the comment. */
  private static long around(int xHeader, int samples, boolean large) {
    long directory =
        2L * DIRECTORY_HEADER_LENGTH
            + X.length
            + Y.length
            + (large ? xDirectoryExtra() + yDirectoryExtra() : 0);
    return X_LOCAL
        + xHeader
        + LOCAL_HEADER_LENGTH
        + Y.length
        + Npy.HEADER
        + (long) samples * Long.BYTES
        + directory
        + (large ? END_64_LENGTH + END_64_LOCATOR_LENGTH : 0)
        + END_LENGTH;
  }

  private static int xDirectoryExtra() {
    return EXTRA_HEAD + 2 * Long.BYTES;
  }

  private static int yDirectoryExtra() {
    return EXTRA_HEAD + Long.BYTES;
  }

  private boolean isLarge() {
    return length >= LARGE;
  }

  /**
   * Returns what stands before the images.
   *
   * @param images their CRC-32
   */
  public byte[] head(int images) {
    byte[] header = xHeader();
    return LittleEndian.allocate(X_LOCAL + header.length)
        .put(xLocal(xSum(header, images)))
        .put(header)
        .array();
  }

  /**
   * Returns what stands after the images.
   *
   * @param images their CRC-32
   */
  public byte[] tail(int images) {
    byte[] y = Npy.labels(firstLabel, shape.samples());
    int ySum = Crc.CRC32.of(y);
    long yLocal = X_LOCAL + xLength();
    long directory = yLocal + LOCAL_HEADER_LENGTH + Y.length + y.length;
    byte[] bytes = new byte[Math.toIntExact(length - yLocal)];
    ByteBuffer tail = LittleEndian.of(bytes);
    putLocal(tail, VERSION, ySum, y.length, y.length, Y, 0);
    tail.put(y);
    putXDirectory(tail, xSum(xHeader(), images));
    putYDirectory(tail, ySum, y.length, yLocal);
    long directoryLength = yLocal + tail.position() - directory;
    if (isLarge()) {
      putEnd64(tail, directory, directoryLength);
    }
    putEnd(tail, directory, directoryLength);
    return bytes;
  }

  private byte[] xHeader() {
    return Npy.images(shape, Npy.headerLength(shape));
  }

  private long xLength() {
    return Npy.length(shape);
  }

  private int xSum(byte[] header, int images) {
    return Crc.CRC32.combine(Crc.CRC32.of(header), images, shape.length());
  }

  private byte[] xLocal(int sum) {
    byte[] bytes = new byte[X_LOCAL];
    ByteBuffer local = LittleEndian.of(bytes);
    int field = isLarge() ? IN_ZIP64 : (int) xLength();
    int extra = X_LOCAL - LOCAL_HEADER_LENGTH - X.length;
    putLocal(local, isLarge() ? VERSION_ZIP64 : VERSION, sum, field, field, X, extra);
    if (isLarge()) {
      putExtraHead(local, ZIP64, 2 * Long.BYTES);
      local.putLong(xLength()).putLong(xLength());
    }
    putExtraHead(local, ALIGNMENT, local.remaining() - EXTRA_HEAD);
    return bytes;
  }

  private static void putLocal(
      ByteBuffer target, int version, int sum, int stored, int size, byte[] name, int extra) {
    target.putInt(LOCAL_HEADER);
    putCommon(target, version, sum, stored, size, name, extra);
    target.put(name);
  }

  private void putXDirectory(ByteBuffer target, int sum) {
    int field = isLarge() ? IN_ZIP64 : (int) xLength();
    putDirectory(target, sum, field, 0, X, isLarge() ? xDirectoryExtra() : 0);
    if (isLarge()) {
      putExtraHead(target, ZIP64, 2 * Long.BYTES);
      target.putLong(xLength()).putLong(xLength());
    }
  }

  private void putYDirectory(ByteBuffer target, int sum, int size, long local) {
    int field = isLarge() ? IN_ZIP64 : (int) local;
    putDirectory(target, sum, size, field, Y, isLarge() ? yDirectoryExtra() : 0);
    if (isLarge()) {
      putExtraHead(target, ZIP64, Long.BYTES);
      target.putLong(local);
    }
  }

  private void putDirectory(
      ByteBuffer target, int sum, int size, int local, byte[] name, int extra) {
    int version = isLarge() ? VERSION_ZIP64 : VERSION;
    target.putInt(DIRECTORY_HEADER).putShort((short) version);
    putCommon(target, version, sum, size, size, name, extra);
    // No comment, on the first disk, binary, no attributes.
    target.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
    target.putInt(local).put(name);
  }

  /** Puts what local headers and those of the directory have in common. */
  private static void putCommon(
      ByteBuffer target, int version, int sum, int stored, int size, byte[] name, int extra) {
    // No flags, the method 0, and midnight.
    target.putShort((short) version).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    target.putShort(DATE).putInt(sum).putInt(stored).putInt(size);
    target.putShort((short) name.length).putShort((short) extra);
  }

  private static void putExtraHead(ByteBuffer target, short identifier, int length) {
    target.putShort(identifier).putShort((short) length);
  }

  private void putEnd64(ByteBuffer target, long directory, long directoryLength) {
    // The length is of what follows it.
    target.putInt(END_64).putLong(END_64_LENGTH - Integer.BYTES - Long.BYTES);
    target.putShort((short) VERSION_ZIP64).putShort((short) VERSION_ZIP64);
    target.putInt(0).putInt(0).putLong(2).putLong(2);
    target.putLong(directoryLength).putLong(directory);
    target.putInt(END_64_LOCATOR).putInt(0).putLong(directory + directoryLength).putInt(1);
  }

  private void putEnd(ByteBuffer target, long directory, long directoryLength) {
    target.putInt(END).putShort((short) 0).putShort((short) 0);
    target.putShort((short) 2).putShort((short) 2).putInt((int) directoryLength);
    target.putInt(isLarge() ? IN_ZIP64 : (int) directory);
    target.putShort((short) (target.remaining() - Short.BYTES));
  }
}
