package io.s3dlio.format;

import java.io.IOException;
import java.util.Optional;

/** The index of chunks of a dataset that may grow along several axes: a tree. */
record Hdf5ChunkTreeV2(Hdf5TreeV2 tree, Hdf5ChunkGrid grid) implements Hdf5ChunkIndex {
  private static final int PLAIN = 10;
  private static final int FILTERED = 11;

  static Hdf5ChunkIndex open(Hdf5File file, long address, Hdf5ChunkGrid grid) throws IOException {
    return new Hdf5ChunkTreeV2(
        Hdf5TreeV2.open(file, address, grid.filtered() ? FILTERED : PLAIN), grid);
  }

  @Override
  public Optional<Hdf5Chunk> find(long[] place) throws IOException {
    int places = place.length * Long.BYTES;
    Optional<Hdf5Fields> found =
        tree.find(
            entry -> {
              entry.at(Math.max(0, entry.remaining() - places));
              int order = 0;
              for (int axis = 0; axis < place.length && order == 0; axis++) {
                order = Long.compareUnsigned(entry.unsigned(Long.BYTES), place[axis]);
              }
              return order;
            });
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Hdf5Fields entry = found.get();
    int elementLength = entry.remaining() - places;
    grid.requireElementLength(elementLength, entry);
    return grid.chunk(entry, elementLength);
  }
}
