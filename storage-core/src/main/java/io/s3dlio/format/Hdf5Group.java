package io.s3dlio.format;

import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what names a group of an HDF5 file has, however it keeps them. */
final class Hdf5Group {
  /** The most links that a file has. */
  static final int MAX_LINKS = 1 << 18;

  // Kinds of links in messages.
  private static final int HARD = 0;
  private static final int SOFT = 1;
  private static final int EXTERNAL = 64;

  // Flags of a link's message.
  private static final int NAME_LENGTH_SIZE = 3;
  private static final int ORDERED = 1 << 2;
  private static final int HAS_KIND = 1 << 3;
  private static final int HAS_CHARSET = 1 << 4;

  private static final int NAME_INDEX = 5;
  private static final int HASH_LENGTH = 4;

  private final Hdf5File file;
  private final Map<String, Hdf5Link> links = new TreeMap<>();

  private Hdf5Group(Hdf5File file) {
    this.file = file;
  }

  /** Returns the links by their names, and in their order. */
  static Map<String, Hdf5Link> links(Hdf5File file, Hdf5ObjectHeader header) throws IOException {
    Hdf5Group group = new Hdf5Group(file);
    if (header.has(Hdf5Message.SYMBOL_TABLE)) {
      Hdf5Fields message = header.require(Hdf5Message.SYMBOL_TABLE, "symbol table");
      Hdf5SymbolTable.read(file, message, group::add);
    }
    for (Hdf5Fields message : header.all(Hdf5Message.LINK)) {
      group.addMessage(message);
    }
    if (header.has(Hdf5Message.LINK_INFO)) {
      group.addDense(header.require(Hdf5Message.LINK_INFO, "link information"));
    }
    return group.links;
  }

  private void add(Hdf5Link link, Hdf5Fields at) throws StorageException {
    if (link.name().isEmpty() || link.name().indexOf('/') >= 0) {
      throw at.corrupt("%s is no name".formatted(SourceObject.quote(link.name())));
    }
    file.countLink(link.name(), at);
    if (links.put(link.name(), link) != null) {
      throw at.corrupt("two links are named %s".formatted(SourceObject.quote(link.name())));
    }
  }

  private void addMessage(Hdf5Fields message) throws IOException {
    int version = message.u8();
    if (version != 1) {
      throw message.unsupported("version %d of links is not read".formatted(version));
    }
    int flags = message.u8();
    int kind = (flags & HAS_KIND) != 0 ? message.u8() : HARD;
    message.skip((flags & ORDERED) != 0 ? Long.BYTES : 0);
    message.skip((flags & HAS_CHARSET) != 0 ? 1 : 0);
    long length = message.unsigned(1 << (flags & NAME_LENGTH_SIZE));
    String name = new String(message.take(length), StandardCharsets.UTF_8);
    switch (kind) {
      case HARD -> add(new Hdf5Link(name, Hdf5Link.Kind.HARD, message.address()), message);
      case SOFT -> add(new Hdf5Link(name, Hdf5Link.Kind.SOFT, Hdf5File.UNDEFINED), message);
      case EXTERNAL -> add(new Hdf5Link(name, Hdf5Link.Kind.EXTERNAL, Hdf5File.UNDEFINED), message);
      default ->
          throw message.unsupported(
              "%s is a link of the kind %d, which is not read"
                  .formatted(SourceObject.quote(name), kind));
    }
  }

  /** Adds links that lie in a heap, which a tree tells of. */
  private void addDense(Hdf5Fields message) throws IOException {
    int version = message.u8();
    if (version != 0) {
      throw message.unsupported("version %d of link information is not read".formatted(version));
    }
    int flags = message.u8();
    message.skip((flags & 1) != 0 ? Long.BYTES : 0);
    long heapAddress = message.address();
    long indexAddress = message.address();
    if (heapAddress == Hdf5File.UNDEFINED || indexAddress == Hdf5File.UNDEFINED) {
      return;
    }
    Hdf5FractalHeap heap = Hdf5FractalHeap.open(file, heapAddress);
    Hdf5TreeV2 index = Hdf5TreeV2.open(file, indexAddress, NAME_INDEX);
    List<Hdf5Fields> ids = index.records();
    for (Hdf5Fields id : ids) {
      id.skip(HASH_LENGTH);
    }
    heap.forEach(ids, this::addMessage);
  }
}
