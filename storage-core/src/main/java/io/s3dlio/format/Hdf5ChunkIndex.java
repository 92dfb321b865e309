package io.s3dlio.format;

import java.io.IOException;
import java.util.Optional;

/** Tells where the chunks of an HDF5 dataset are. Thread-safe. */
interface Hdf5ChunkIndex {
  /**
   * Returns where a chunk is; empty if it was never written.
   *
   * @param place its number along each axis
   */
  Optional<Hdf5Chunk> find(long[] place) throws IOException;
}
