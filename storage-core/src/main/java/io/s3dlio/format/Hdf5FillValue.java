package io.s3dlio.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What the elements are that an HDF5 file does not have. */
final class Hdf5FillValue {
  private static final int DEFINED_V3 = 1 << 5;

  private final byte[] element;

  /**
   * @param element one of them, in the file's byte order; all zeros if it is empty
   */
  Hdf5FillValue(byte[] element) {
    this.element = element;
  }

  byte[] element() {
    return element;
  }

  static Hdf5FillValue read(Hdf5ObjectHeader header, int elementLength) throws IOException {
    Optional<Hdf5Fields> message = header.find(Hdf5Message.FILL_VALUE);
    byte[] element =
        message.isPresent()
            ? parse(message.get())
            : header.has(Hdf5Message.OLD_FILL_VALUE)
                ? value(header.require(Hdf5Message.OLD_FILL_VALUE, "fill value"))
                : new byte[0];
    if (element.length != 0 && element.length != elementLength) {
      throw message
          .orElse(header.require(Hdf5Message.DATATYPE, "type"))
          .corrupt(
              "a fill value has %d bytes, an element %d".formatted(element.length, elementLength));
    }
    return new Hdf5FillValue(element);
  }

  private static byte[] parse(Hdf5Fields message) throws IOException {
    int version = message.u8();
    switch (version) {
      case 1, 2 -> {
        // When memory is taken, and when it is filled.
        message.skip(2);
        boolean defined = message.u8() != 0;
        return defined ? value(message) : new byte[0];
      }
      case 3 -> {
        boolean defined = (message.u8() & DEFINED_V3) != 0;
        return defined ? value(message) : new byte[0];
      }
      default ->
          throw message.unsupported("version %d of fill values is not read".formatted(version));
    }
  }

  private static byte[] value(Hdf5Fields message) throws IOException {
    return message.take(message.u32());
  }

  /**
   * Fills the target.
   *
   * @param offset how many bytes of the dataset are before it
   */
  void fill(long offset, ByteBuffer target) {
    if (element.length == 0) {
      while (target.remaining() >= Long.BYTES) {
        target.putLong(0);
      }
      while (target.hasRemaining()) {
        target.put((byte) 0);
      }
      return;
    }
    int at = (int) (offset % element.length);
    while (target.hasRemaining()) {
      int count = Math.min(element.length - at, target.remaining());
      target.put(element, at, count);
      at = 0;
    }
  }
}
