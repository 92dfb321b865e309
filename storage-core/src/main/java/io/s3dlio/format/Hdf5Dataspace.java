package io.s3dlio.format;

import java.io.IOException;

/** How long an HDF5 dataset is along each axis. */
final class Hdf5Dataspace {
  /** The limit of an axis that has none. */
  static final long UNLIMITED = -1;

  private static final int MAX_AXES = 32;
  private static final int HAS_LIMITS = 1;

  // Types in version 2.
  private static final int SCALAR = 0;
  private static final int SIMPLE = 1;

  private final long[] lengths;
  private final long[] limits;

  /**
   * @param lengths now; none for a single element
   * @param limits how long it may become
   */
  Hdf5Dataspace(long[] lengths, long[] limits) {
    this.lengths = lengths;
    this.limits = limits;
  }

  long[] lengths() {
    return lengths;
  }

  long[] limits() {
    return limits;
  }

  static Hdf5Dataspace parse(Hdf5Fields message) throws IOException {
    int version = message.u8();
    int axes = message.u8();
    int flags = message.u8();
    switch (version) {
      case 1 -> message.skip(5);
      case 2 -> {
        int type = message.u8();
        if (type != SCALAR && type != SIMPLE) {
          throw message.unsupported("the dataset is a null one, which has no shape");
        }
      }
      default ->
          throw message.unsupported("version %d of dataspaces is not read".formatted(version));
    }
    if (axes > MAX_AXES) {
      throw message.corrupt("a dataset has %d axes (at most %d)".formatted(axes, MAX_AXES));
    }
    long[] lengths = new long[axes];
    for (int i = 0; i < axes; i++) {
      lengths[i] = message.length();
    }
    long[] limits = lengths.clone();
    for (int i = 0; (flags & HAS_LIMITS) != 0 && i < axes; i++) {
      // All bits are 1 where there is none, as in addresses.
      int size = message.file().lengthSize();
      long limit = message.unsigned(size);
      boolean none = limit < 0 || (size < Long.BYTES && limit == (1L << (size * Byte.SIZE)) - 1);
      limits[i] = none ? UNLIMITED : limit;
      if (!none && limit < lengths[i]) {
        throw message.corrupt(
            "a dataset has %d elements along an axis (at most %d)".formatted(lengths[i], limit));
      }
    }
    return new Hdf5Dataspace(lengths, limits);
  }
}
