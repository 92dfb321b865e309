package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.Optional;

/** The index of chunks that was HDF5's first: a tree. */
record Hdf5ChunkTree(Hdf5File file, long root, Hdf5ChunkGrid grid) implements Hdf5ChunkIndex {
  private static final int CHUNK_TREE = 1;

  @Override
  public Optional<Hdf5Chunk> find(long[] place) throws IOException {
    if (root == Hdf5File.UNDEFINED) {
      return Optional.empty();
    }
    // A length, a mask, and where the chunk is along each axis and within an element.
    int keyLength = 2 * Integer.BYTES + (place.length + 1) * Long.BYTES;
    long address = root;
    while (true) {
      Hdf5TreeV1.Node node = Hdf5TreeV1.read(file, address, CHUNK_TREE, keyLength);
      int i = last(node, place);
      if (i < 0) {
        return Optional.empty();
      }
      long child = node.child(i);
      if (node.level() == 0) {
        return chunk(node, i, child, place);
      }
      node.requireBelow(child);
      address = child;
    }
  }

  /** Returns the last child that does not begin after the chunk; -1 if there is none. */
  private int last(Hdf5TreeV1.Node node, long[] place) throws CorruptException {
    int low = 0;
    int high = node.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(node.key(middle), place) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private int compare(Hdf5Fields key, long[] place) throws CorruptException {
    key.skip(2 * Integer.BYTES);
    for (int axis = 0; axis < place.length; axis++) {
      int order = Long.compareUnsigned(key.unsigned(Long.BYTES), place[axis] * grid.chunk()[axis]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private Optional<Hdf5Chunk> chunk(Hdf5TreeV1.Node node, int i, long address, long[] place)
      throws CorruptException {
    if (compare(node.key(i), place) != 0) {
      return Optional.empty();
    }
    Hdf5Fields key = node.key(i);
    long length = key.u32();
    int mask = key.i32();
    if (!grid.filtered() && (length != grid.length() || mask != 0)) {
      throw key.corrupt("a chunk has %d bytes, not %d".formatted(length, grid.length()));
    }
    return Optional.of(new Hdf5Chunk(address, length, mask));
  }
}
