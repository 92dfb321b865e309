package io.s3dlio.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What an NPY file says of its array. All of it is checked: the array lies within the file.
 *
 * @param dtype the type of its elements
 * @param shape its length along each axis, at most {@link #MAX_AXES}; empty for a single element
 * @param fortranOrder whether elements that are next to each other in the file are so along the
 *     first axis, rather than the last
 * @param dataOffset how many bytes of the file stand before the elements
 */
public record NpyHeader(NpyDtype dtype, List<Long> shape, boolean fortranOrder, long dataOffset) {
  /** The most axes that numpy's arrays have. */
  public static final int MAX_AXES = 64;

  /** The longest header that is read, in bytes; numpy writes longer ones for structures alone. */
  static final int MAX_LENGTH = 1 << 20;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** The magic string and the version's two numbers. */
  private static final int PREAMBLE = 8;

  public NpyHeader {
    shape = List.copyOf(shape);
    if (shape.size() > MAX_AXES) {
      throw new IllegalArgumentException(
          "Invalid shape: it has %d axes (at most %d)".formatted(shape.size(), MAX_AXES));
    }
    if (dataOffset < 0) {
      throw new IllegalArgumentException("Invalid dataOffset: %d".formatted(dataOffset));
    }
    elements(shape, dtype.itemSize());
  }

  /** Returns how many elements the array has. */
  public long elements() {
    return elements(shape, dtype.itemSize());
  }

  /** Returns how many bytes the elements have. */
  public long dataLength() {
    return elements() * dtype.itemSize();
  }

  /** Returns the product, which a length in bytes has to have room for. */
  private static long elements(List<Long> shape, int itemSize) {
    boolean empty = false;
    for (long length : shape) {
      if (length < 0) {
        throw new IllegalArgumentException("Invalid shape: %s".formatted(shape));
      }
      empty |= length == 0;
    }
    long elements = 1;
    try {
      for (long length : empty ? List.<Long>of(0L) : shape) {
        elements = Math.multiplyExact(elements, length);
      }
      Math.multiplyExact(elements, (long) itemSize);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "Invalid shape: %s elements of %d bytes are too many".formatted(shape, itemSize), e);
    }
    return elements;
  }

  /**
   * Reads the header from a file's beginning.
   *
   * @param fileLength how many bytes the file has
   */
  static NpyHeader read(ByteCursor file, long fileLength) throws IOException {
    ByteBuffer preamble = read(file, PREAMBLE);
    for (byte expected : MAGIC) {
      if (preamble.get() != expected) {
        throw file.corrupt("this is no NPY file: it does not begin with \\x93NUMPY");
      }
    }
    int major = preamble.get() & 0xff;
    int minor = preamble.get() & 0xff;
    if (major < 1 || major > 3 || minor != 0) {
      throw file.unsupported("version %d.%d of NPY is not read here".formatted(major, minor));
    }
    int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
    ByteBuffer lengthField = read(file, lengthBytes);
    long length =
        major == 1 ? lengthField.getShort() & 0xffff : Integer.toUnsignedLong(lengthField.getInt());
    long dataOffset = PREAMBLE + lengthBytes + length;
    if (dataOffset > fileLength) {
      throw file.corrupt("the NPY header has %d bytes, the file %d".formatted(length, fileLength));
    }
    if (length > MAX_LENGTH) {
      throw file.unsupported(
          "the NPY header has %d bytes (at most %d)".formatted(length, MAX_LENGTH));
    }
    byte[] text = read(file, (int) length).array();
    // What a header of plain dtypes holds is ASCII, in every version.
    NpyHeader header =
        new NpyHeaderText(new String(text, StandardCharsets.ISO_8859_1), file).parse(dataOffset);
    if (header.dataLength() > fileLength - dataOffset) {
      throw file.corrupt(
          "the array has %d bytes, and the file %d from here on"
              .formatted(header.dataLength(), fileLength - dataOffset));
    }
    return header;
  }

  private static ByteBuffer read(ByteCursor file, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.read(bytes);
    return bytes.flip();
  }
}
