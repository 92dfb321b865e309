package io.s3dlio.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Where the elements of an HDF5 dataset are, as the file has them. Thread-safe. */
interface Hdf5Storage {
  /** Returns where in the object they follow each other; empty if they do not. */
  default OptionalLong plainOffset() {
    return OptionalLong.empty();
  }

  /**
   * Fills the target.
   *
   * @param offset how many bytes of the elements, in C order, are passed over; whole elements
   * @param target direct; as long as some whole elements
   */
  void read(long offset, ByteBuffer target) throws IOException;

  /** Elements in the object header. */
  final class Compact implements Hdf5Storage {
    private final byte[] bytes;

    Compact(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
      target.put(bytes, (int) offset, target.remaining());
    }
  }

  /**
   * Elements that follow each other.
   *
   * @param start where in the object
   */
  record Contiguous(SourceObject object, long start) implements Hdf5Storage {
    @Override
    public OptionalLong plainOffset() {
      return OptionalLong.of(start);
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      object.read(start + offset, target);
    }
  }

  /** Elements that were never written. */
  record Unwritten(Hdf5FillValue fillValue) implements Hdf5Storage {
    @Override
    public void read(long offset, ByteBuffer target) {
      fillValue.fill(offset, target);
    }
  }
}
