package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.util.Optional;

/** How an HDF5 dataset is cut into chunks. */
final class Hdf5ChunkGrid {
  private final Hdf5Dataspace space;
  private final long[] chunk;
  private final long length;
  private final boolean filtered;

  /**
   * @param space how long the dataset is
   * @param chunk how long a chunk is along each axis, in elements
   * @param length how many bytes a chunk has
   * @param filtered whether chunks may be stored otherwise than as they are
   */
  Hdf5ChunkGrid(Hdf5Dataspace space, long[] chunk, long length, boolean filtered) {
    this.space = space;
    this.chunk = chunk;
    this.length = length;
    this.filtered = filtered;
  }

  Hdf5Dataspace space() {
    return space;
  }

  long[] chunk() {
    return chunk;
  }

  long length() {
    return length;
  }

  boolean filtered() {
    return filtered;
  }

  /** Returns how many chunks there may ever be along an axis; unlimited where there is no limit. */
  long most(int axis) {
    long limit = space.limits()[axis];
    return limit == Hdf5Dataspace.UNLIMITED
        ? Hdf5Dataspace.UNLIMITED
        : limit / chunk[axis] + (limit % chunk[axis] == 0 ? 0 : 1);
  }

  /**
   * Returns the number of a chunk, were there as many as there may ever be, the last axis fastest.
   *
   * @param first the axis that is slowest; the others follow in their order
   * @throws CorruptException if that is no number, since another axis has no limit
   */
  long number(long[] place, int first, Hdf5Fields at) throws CorruptException {
    try {
      long number = place[first];
      for (int axis = 0; axis < chunk.length; axis++) {
        if (axis != first) {
          long most = most(axis);
          if (most == Hdf5Dataspace.UNLIMITED) {
            throw at.corrupt("chunks cannot be counted along an axis that has no limit");
          }
          number = Math.addExact(Math.multiplyExact(number, most), place[axis]);
        }
      }
      return number;
    } catch (ArithmeticException e) {
      throw at.corrupt("there are more than 2^63 chunks");
    }
  }

  /** Reads what an array says of a chunk, of so many bytes. */
  Optional<Hdf5Chunk> chunk(Hdf5Fields element, int elementLength) throws CorruptException {
    long address = element.address();
    if (address == Hdf5File.UNDEFINED) {
      return Optional.empty();
    }
    if (!filtered) {
      return Optional.of(new Hdf5Chunk(address, length, 0));
    }
    int lengthSize = elementLength - element.file().offsetSize() - Integer.BYTES;
    return Optional.of(new Hdf5Chunk(address, element.natural(lengthSize), element.i32()));
  }

  /** Checks how many bytes an array has for a chunk. */
  void requireElementLength(int elementLength, Hdf5Fields at) throws CorruptException {
    int address = at.file().offsetSize();
    boolean right =
        filtered
            ? elementLength > address + Integer.BYTES
                && elementLength <= address + Integer.BYTES + Long.BYTES
            : elementLength == address;
    if (!right) {
      throw at.corrupt("an index of chunks has %d bytes for each".formatted(elementLength));
    }
  }
}
