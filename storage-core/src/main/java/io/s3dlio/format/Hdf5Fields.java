package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the fields of a structure in an HDF5 file, one after the other. Not thread-safe. */
final class Hdf5Fields {
  private static final int SUM_LENGTH = 4;

  private final Hdf5File file;
  private final long offset;
  private final ByteBuffer bytes;

  /**
   * @param offset where in the object the bytes are
   */
  Hdf5Fields(Hdf5File file, long offset, byte[] bytes) {
    this(file, offset, LittleEndian.of(bytes));
  }

  private Hdf5Fields(Hdf5File file, long offset, ByteBuffer bytes) {
    this.file = file;
    this.offset = offset;
    this.bytes = bytes;
  }

  Hdf5File file() {
    return file;
  }

  int position() {
    return bytes.position();
  }

  int remaining() {
    return bytes.remaining();
  }

  /** Goes to a place, counted from the structure's beginning. */
  Hdf5Fields at(long position) throws CorruptException {
    if (position < 0 || position > bytes.limit()) {
      throw corrupt("the structure has %d bytes, not %d".formatted(bytes.limit(), position));
    }
    bytes.position((int) position);
    return this;
  }

  Hdf5Fields skip(long count) throws CorruptException {
    require(count);
    bytes.position(bytes.position() + (int) count);
    return this;
  }

  int u8() throws CorruptException {
    require(Byte.BYTES);
    return bytes.get() & 0xff;
  }

  int u16() throws CorruptException {
    require(Short.BYTES);
    return bytes.getShort() & 0xffff;
  }

  int i32() throws CorruptException {
    require(Integer.BYTES);
    return bytes.getInt();
  }

  long u32() throws CorruptException {
    return Integer.toUnsignedLong(i32());
  }

  /** Reads a number of some bytes, 8 at most; of 8 bytes it may be negative. */
  long unsigned(int size) throws CorruptException {
    require(size);
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (bytes.get() & 0xffL) << (i * Byte.SIZE);
    }
    return value;
  }

  /** Reads an address, which may be {@link Hdf5File#UNDEFINED}. */
  long address() throws CorruptException {
    int size = file.offsetSize();
    long address = unsigned(size);
    boolean undefined = size < Long.BYTES && address == (1L << (size * Byte.SIZE)) - 1;
    return undefined ? Hdf5File.UNDEFINED : address;
  }

  /** Reads a length, which is not negative. */
  long length() throws CorruptException {
    return natural(file.lengthSize());
  }

  /** Reads a number of some bytes, which has to be less than 2^63. */
  long natural(int size) throws CorruptException {
    long value = unsigned(size);
    if (value < 0) {
      throw corrupt("%s is too large".formatted(Long.toUnsignedString(value)));
    }
    return value;
  }

  byte[] take(long count) throws CorruptException {
    require(count);
    byte[] taken = new byte[(int) count];
    bytes.get(taken);
    return taken;
  }

  /** Passes over a part, and returns it as a structure of its own. */
  Hdf5Fields part(long count) throws CorruptException {
    require(count);
    Hdf5Fields part =
        new Hdf5Fields(
            file,
            offset + bytes.position(),
            bytes.slice(bytes.position(), (int) count).order(bytes.order()));
    skip(count);
    return part;
  }

  /** Returns the structure from its beginning. */
  Hdf5Fields fresh() {
    return new Hdf5Fields(file, offset, bytes.duplicate().order(bytes.order()).rewind());
  }

  /** Reads text up to a byte 0, which is passed over. */
  String text() throws CorruptException {
    int start = bytes.position();
    while (u8() != 0) {
      // Up to it.
    }
    byte[] text = new byte[bytes.position() - 1 - start];
    bytes.get(start, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  void signature(String expected) throws CorruptException {
    String found = new String(take(expected.length()), StandardCharsets.ISO_8859_1);
    if (!found.equals(expected)) {
      throw corrupt("%s is expected, not %s".formatted(expected, SourceObject.quote(found)));
    }
  }

  /**
   * Compares the sum that ends the structure.
   *
   * @param length of the structure, with the sum
   */
  Hdf5Fields verifySum(int length) throws CorruptException {
    if (length < SUM_LENGTH || length > bytes.limit()) {
      throw corrupt("the structure has %d bytes, not %d".formatted(bytes.limit(), length));
    }
    int end = length - SUM_LENGTH;
    byte[] summed = new byte[end];
    bytes.get(0, summed);
    int sum = Lookup3.hash(summed, end);
    if (sum != bytes.getInt(end)) {
      throw corrupt("the sum of the structure is %08x, not %08x".formatted(sum, bytes.getInt(end)));
    }
    return this;
  }

  /** Compares the sum at the very end, and takes it off. */
  Hdf5Fields withoutSum() throws CorruptException {
    verifySum(bytes.limit());
    bytes.limit(bytes.limit() - SUM_LENGTH);
    return this;
  }

  /** Compares a sum that is within the structure, and counted as if it were 0. */
  void verifyInnerSum(int position) throws CorruptException {
    byte[] summed = new byte[bytes.limit()];
    bytes.get(0, summed);
    int stored = at(position).i32();
    Arrays.fill(summed, position, position + SUM_LENGTH, (byte) 0);
    int sum = Lookup3.hash(summed, summed.length);
    if (sum != stored) {
      throw corrupt("the sum of the structure is %08x, not %08x".formatted(sum, stored));
    }
  }

  private void require(long count) throws CorruptException {
    if (count < 0 || count > bytes.remaining()) {
      throw corrupt(
          "%s bytes are needed here, there are %d"
              .formatted(Long.toUnsignedString(count), bytes.remaining()));
    }
  }

  CorruptException corrupt(String reason) {
    return file.object().corrupt(offset + bytes.position(), reason);
  }

  UnsupportedFormatException unsupported(String reason) {
    return file.object().unsupported(offset + bytes.position(), reason);
  }
}
