package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;

/**
 * Reads nodes of the trees of HDF5's first version, which have a key before and after each child.
 */
final class Hdf5TreeV1 {
  private static final int HEAD = 8;

  private Hdf5TreeV1() {}

  /**
   * A node.
   *
   * @param fields all of it
   * @param level how many levels are below
   * @param size how many children it has
   * @param keyLength how many bytes a key has
   */
  record Node(Hdf5Fields fields, int level, int size, int keyLength) {
    private long start(int i) {
      int pair = keyLength + fields.file().offsetSize();
      return HEAD + 2L * fields.file().offsetSize() + (long) i * pair;
    }

    long child(int i) throws CorruptException {
      return fields.at(start(i) + keyLength).address();
    }

    /** Goes to the key before a child, or to the last. */
    Hdf5Fields key(int i) throws CorruptException {
      return fields.at(start(i));
    }

    /** Checks that the child is of the next level, so that going down ends. */
    void requireBelow(long child) throws IOException {
      Hdf5Fields head = fields.file().head(child, HEAD);
      head.signature("TREE");
      head.skip(1);
      if (head.u8() != level - 1) {
        throw head.corrupt("a tree has a node of another level than its place");
      }
    }
  }

  static Node read(Hdf5File file, long address, int type, int keyLength) throws IOException {
    Hdf5Fields head = file.head(address, HEAD);
    head.signature("TREE");
    if (head.u8() != type) {
      throw head.corrupt("a tree is not of the type %d".formatted(type));
    }
    int level = head.u8();
    int size = head.u16();
    long length =
        HEAD + 2L * file.offsetSize() + size * (long) (keyLength + file.offsetSize()) + keyLength;
    return new Node(file.fields(address, length), level, size, keyLength);
  }
}
