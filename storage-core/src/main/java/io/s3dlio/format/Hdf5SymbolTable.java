package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;

/** Reads a group in HDF5's first form: a tree of tables, and a heap with the names. */
final class Hdf5SymbolTable {
  private static final int GROUP_TREE = 0;
  private static final int NODE_HEAD = 8;
  private static final int SCRATCH = 16;
  private static final int SOFT_LINK = 2;

  private final Hdf5File file;
  private final Hdf5Fields names;
  private final Links links;

  /** Takes what is found. */
  interface Links {
    void add(Hdf5Link link, Hdf5Fields at) throws IOException;
  }

  private Hdf5SymbolTable(Hdf5File file, Hdf5Fields names, Links links) {
    this.file = file;
    this.names = names;
    this.links = links;
  }

  static void read(Hdf5File file, Hdf5Fields message, Links links) throws IOException {
    long tree = message.address();
    Hdf5Fields heap =
        file.head(message.address(), NODE_HEAD + 2 * file.lengthSize() + file.offsetSize());
    heap.signature("HEAP");
    heap.skip(4);
    long length = heap.length();
    heap.length();
    Hdf5Fields names = file.fields(heap.address(), length);
    new Hdf5SymbolTable(file, names, links).readTree(tree);
  }

  private void readTree(long address) throws IOException {
    Hdf5TreeV1.Node node = Hdf5TreeV1.read(file, address, GROUP_TREE, file.lengthSize());
    for (int i = 0; i < node.size(); i++) {
      long child = node.child(i);
      if (node.level() > 0) {
        node.requireBelow(child);
        readTree(child);
      } else {
        readTable(child);
      }
    }
  }

  private void readTable(long address) throws IOException {
    Hdf5Fields head = file.head(address, NODE_HEAD);
    head.signature("SNOD");
    head.skip(2);
    int count = head.u16();
    int entryLength = 2 * file.offsetSize() + 2 * Integer.BYTES + SCRATCH;
    Hdf5Fields entries = file.fields(address, NODE_HEAD + (long) count * entryLength).at(NODE_HEAD);
    for (int i = 0; i < count; i++) {
      entry(entries.part(entryLength));
    }
  }

  private void entry(Hdf5Fields entry) throws IOException {
    String name = name(entry);
    long header = entry.address();
    Hdf5Link.Kind kind = entry.i32() == SOFT_LINK ? Hdf5Link.Kind.SOFT : Hdf5Link.Kind.HARD;
    links.add(
        new Hdf5Link(name, kind, kind == Hdf5Link.Kind.HARD ? header : Hdf5File.UNDEFINED), entry);
  }

  private String name(Hdf5Fields entry) throws CorruptException {
    return names.at(entry.natural(file.offsetSize())).text();
  }
}
