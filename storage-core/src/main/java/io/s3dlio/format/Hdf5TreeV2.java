package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a tree of HDF5's second version, whose nodes hold sorted records. Thread-safe. */
final class Hdf5TreeV2 {
  /** The signature, the version and the type. */
  private static final int NODE_HEAD = 6;

  private static final int SUM = 4;
  private static final int MAX_DEPTH = 32;

  /** Compares a record, from the position on, with what is looked for. */
  interface Comparison {
    /** Returns less than 0 if the record is before it, more if it is after it, 0 if it is it. */
    int compare(Hdf5Fields entry) throws IOException;
  }

  private record Child(long address, int records) {}

  /**
   * What nodes of a level have room for.
   *
   * @param pointer how long a child's is
   * @param most how many records a node and all below it have at most
   */
  private record Level(int pointer, long most) {}

  private final Hdf5File file;
  private final int type;
  private final int recordLength;
  private final int countSize;
  private final List<Level> levels;
  private final Child root;

  private Hdf5TreeV2(
      Hdf5File file, int type, int recordLength, int countSize, List<Level> levels, Child root) {
    this.file = file;
    this.type = type;
    this.recordLength = recordLength;
    this.countSize = countSize;
    this.levels = levels;
    this.root = root;
  }

  static Hdf5TreeV2 open(Hdf5File file, long address, int type) throws IOException {
    int length = 16 + file.offsetSize() + Short.BYTES + file.lengthSize() + SUM;
    Hdf5Fields header = file.fields(address, length);
    header.signature("BTHD");
    requireVersion(header);
    if (header.u8() != type) {
      throw header.corrupt("a tree is not of the type %d".formatted(type));
    }
    long nodeLength = header.u32();
    int recordLength = header.u16();
    int depth = header.u16();
    header.skip(2);
    Child root = new Child(header.address(), header.u16());
    header.withoutSum();
    if (recordLength == 0 || nodeLength < NODE_HEAD + SUM + recordLength || depth > MAX_DEPTH) {
      throw header.corrupt(
          "a tree has %d levels of nodes of %d bytes, records of %d"
              .formatted(depth, nodeLength, recordLength));
    }
    long most = (nodeLength - NODE_HEAD - SUM) / recordLength;
    int countSize = sizeOf(most);
    List<Level> levels = new ArrayList<>(List.of(new Level(0, most)));
    for (int level = 1; level <= depth; level++) {
      Level below = levels.get(level - 1);
      int pointer = file.offsetSize() + countSize + (level > 1 ? sizeOf(below.most) : 0);
      long own = Math.max(0, (nodeLength - NODE_HEAD - SUM - pointer) / (recordLength + pointer));
      // Beyond any number of records there can be, lengths of numbers do not matter any more.
      double all = (own + 1.0) * below.most + own;
      levels.add(new Level(pointer, (long) Math.min(all, Long.MAX_VALUE)));
    }
    return new Hdf5TreeV2(file, type, recordLength, countSize, levels, root);
  }

  private static void requireVersion(Hdf5Fields fields) throws IOException {
    int version = fields.u8();
    if (version != 0) {
      throw fields.unsupported("version %d of a tree is not read".formatted(version));
    }
  }

  /** Returns how many bytes a number up to a limit is written with. */
  private static int sizeOf(long limit) {
    return (Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, limit))) / Byte.SIZE + 1;
  }

  /** Returns all records; each node is read once. */
  List<Hdf5Fields> records() throws IOException {
    List<Hdf5Fields> found = new ArrayList<>();
    if (root.address != Hdf5File.UNDEFINED) {
      collect(root, levels.size() - 1, found);
    }
    return found;
  }

  private void collect(Child child, int level, List<Hdf5Fields> found) throws IOException {
    Hdf5Fields node = node(child, level);
    if (found.size() + child.records > Hdf5Group.MAX_LINKS) {
      throw node.unsupported("a tree has more than %d records".formatted(Hdf5Group.MAX_LINKS));
    }
    for (int i = 0; i < child.records; i++) {
      found.add(node.part(recordLength));
    }
    for (int i = 0; level > 0 && i <= child.records; i++) {
      collect(child(node, child, level, i), level - 1, found);
    }
  }

  /** Returns the record that is looked for, at its beginning. */
  Optional<Hdf5Fields> find(Comparison comparison) throws IOException {
    if (root.address == Hdf5File.UNDEFINED) {
      return Optional.empty();
    }
    Child child = root;
    for (int level = levels.size() - 1; level >= 0; level--) {
      Hdf5Fields node = node(child, level);
      int low = 0;
      int high = child.records;
      while (low < high) {
        int middle = (low + high) >>> 1;
        long start = NODE_HEAD + (long) middle * recordLength;
        int order = comparison.compare(node.at(start).part(recordLength));
        if (order == 0) {
          return Optional.of(node.at(start).part(recordLength));
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      if (level > 0) {
        child = child(node, child, level, low);
      }
    }
    return Optional.empty();
  }

  /** Reads a node, and goes to its records. */
  private Hdf5Fields node(Child child, int level) throws IOException {
    long children = level > 0 ? (child.records + 1L) * levels.get(level).pointer : 0;
    long length = NODE_HEAD + (long) child.records * recordLength + children + SUM;
    Hdf5Fields node = file.fields(child.address, length);
    node.signature(level > 0 ? "BTIN" : "BTLF");
    requireVersion(node);
    if (node.u8() != type) {
      throw node.corrupt("a tree's node is not of the type %d".formatted(type));
    }
    return node.withoutSum();
  }

  private Child child(Hdf5Fields node, Child parent, int level, int i) throws CorruptException {
    long start = NODE_HEAD + (long) parent.records * recordLength;
    node.at(start + (long) i * levels.get(level).pointer);
    long address = node.address();
    long records = node.natural(countSize);
    if (records > levels.get(0).most) {
      throw node.corrupt("a tree's node has %d records".formatted(records));
    }
    return new Child(address, (int) records);
  }
}
