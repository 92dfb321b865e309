package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * NumPy's NPY format, version 1.0: a header that tells type and shape, then the array in C order.
 */
public final class Npy {
  /** How long a header is unless its text is longer. */
  static final int HEADER = 128;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int PREFIX = MAGIC.length + Short.BYTES;

  /** What a header's length is a multiple of, as NumPy has them. */
  private static final int ALIGNMENT = 64;

  private Npy() {}

  /** Returns the length of the smallest file of so many images. */
  public static long minLength(ElementType type, int samples) {
    return HEADER + (long) samples * type.bytes();
  }

  /** Returns the length of a file of such an array. */
  public static long length(ImageShape shape) {
    return headerLength(shape) + shape.length();
  }

  /**
   * Returns the shape of images, the samples last, in a file of exactly this length.
   *
   * @param length at least {@link #minLength}
   */
  public static ImageShape shape(long length, ElementType type, int samples) {
    return ImageShape.within(length - HEADER, type, samples);
  }

  /** Returns the header of a file of exactly this length: what it has beside the array. */
  public static byte[] header(long length, ImageShape shape) {
    return images(shape, Math.toIntExact(length - shape.length()));
  }

  /** Returns the header of images, the samples last. */
  static byte[] images(ImageShape shape, int length) {
    return header(shape.type().descr(), length, shape.samplesLast());
  }

  /** Returns how long the header of images is, the samples last, at least. */
  static int headerLength(ImageShape shape) {
    return Math.max(HEADER, shortestHeader(shape.type().descr(), shape.samplesLast()).length);
  }

  /**
   * Returns a header of the least multiple of 64 that it takes.
   *
   * @param type as NumPy writes it in {@code descr}
   */
  static byte[] shortestHeader(String type, long... shape) {
    int length = PREFIX + text(type, shape).length() + 1;
    return header(type, (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, shape);
  }

  private static String text(String type, long... shape) {
    // As NumPy writes it, commas and spaces too: some readers look for them.
    String dimensions =
        Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
        .formatted(type, dimensions, shape.length == 1 ? "," : "");
  }

  /**
   * @param type as NumPy writes it in {@code descr}
   * @param length of the header; what the text does not take is spaces
   */
  static byte[] header(String type, int length, long... shape) {
    String text = text(type, shape);
    byte[] header = new byte[length];
    Arrays.fill(header, (byte) ' ');
    LittleEndian.of(header)
        .put(MAGIC)
        .putShort((short) (length - PREFIX))
        .put(text.getBytes(StandardCharsets.US_ASCII));
    header[length - 1] = '\n';
    return header;
  }

  /** Returns the labels as an NPY file: one integer of 64 bits for each sample, counting up. */
  static byte[] labels(long first, int samples) {
    ByteBuffer file = LittleEndian.allocate(HEADER + samples * Long.BYTES);
    file.put(header(ElementType.INT64.descr(), HEADER, samples));
    return Labels.put(first, samples, file).array();
  }
}
