package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What an HDF5 file says of one object, a group or a dataset or a type: messages. */
final class Hdf5ObjectHeader {
  private static final int HEAD_V1 = 16;
  private static final int MESSAGE_HEAD_V1 = 8;
  private static final int MESSAGE_HEAD_V2 = 4;

  /** The signature, the version, flags, four times, two limits and the length. */
  private static final int LONGEST_HEAD_V2 = 6 + 16 + 4 + 8;

  private static final int SUM = 4;

  // Flags of a header of version 2.
  private static final int LENGTH_SIZE = 3;
  private static final int ORDERED = 1 << 2;
  private static final int LIMITS = 1 << 4;
  private static final int TIMES = 1 << 5;

  // Flags of a message.
  private static final int SHARED = 1 << 1;
  private static final int FAIL_IF_UNKNOWN = 1 << 7;

  private static final int SHARED_IN_HEAP = 1;

  private record Piece(long address, long length) {}

  private final Hdf5File file;
  private final long offset;
  private final List<Hdf5Message> messages = new ArrayList<>();
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private final Set<Long> seen = new HashSet<>();
  private long length;

  private Hdf5ObjectHeader(Hdf5File file, long offset) {
    this.file = file;
    this.offset = offset;
  }

  static Hdf5ObjectHeader read(Hdf5File file, long address) throws IOException {
    Hdf5ObjectHeader header = new Hdf5ObjectHeader(file, file.offset(address, 0));
    Hdf5Fields head = file.head(address, HEAD_V1);
    int version = head.u8();
    if (version == 1) {
      header.readOld(head, address);
    } else if (version == 'O') {
      header.readNew(address);
    } else {
      throw head.corrupt("no object header of HDF5 is here");
    }
    return header;
  }

  private void readOld(Hdf5Fields head, long address) throws IOException {
    // A reserved byte, how many messages there are, and how many links to the object.
    head.skip(1 + Short.BYTES + Integer.BYTES);
    add(address + HEAD_V1, head.u32());
    while (!pieces.isEmpty()) {
      Piece piece = pieces.remove();
      Hdf5Fields fields = file.fields(piece.address, piece.length);
      while (fields.remaining() >= MESSAGE_HEAD_V1) {
        int type = fields.u16();
        int size = fields.u16();
        int flags = fields.u8();
        fields.skip(3);
        message(type, flags, fields.part(size));
      }
    }
  }

  private void readNew(long address) throws IOException {
    Hdf5Fields head = file.head(address, LONGEST_HEAD_V2);
    head.signature("OHDR");
    int version = head.u8();
    if (version != 2) {
      throw head.unsupported("version %d of object headers is not read".formatted(version));
    }
    int flags = head.u8();
    head.skip((flags & TIMES) != 0 ? 4 * Integer.BYTES : 0);
    head.skip((flags & LIMITS) != 0 ? 2 * Short.BYTES : 0);
    long first = head.natural(1 << (flags & LENGTH_SIZE));
    int begin = head.position();
    requireRoom(head, first);
    Hdf5Fields fields = file.fields(address, begin + first + SUM).withoutSum();
    readNewMessages(fields.at(begin), flags);
    while (!pieces.isEmpty()) {
      Piece piece = pieces.remove();
      Hdf5Fields more = file.fields(piece.address, piece.length).withoutSum();
      more.signature("OCHK");
      readNewMessages(more, flags);
    }
  }

  private void readNewMessages(Hdf5Fields fields, int headerFlags) throws IOException {
    int ordered = (headerFlags & ORDERED) != 0 ? Short.BYTES : 0;
    while (fields.remaining() >= MESSAGE_HEAD_V2 + ordered) {
      int type = fields.u8();
      int size = fields.u16();
      int flags = fields.u8();
      fields.skip(ordered);
      message(type, flags, fields.part(size));
    }
  }

  private void message(int type, int flags, Hdf5Fields body) throws IOException {
    switch (type) {
      case Hdf5Message.CONTINUATION -> add(body.address(), body.length());
      case Hdf5Message.DATASPACE,
          Hdf5Message.LINK_INFO,
          Hdf5Message.DATATYPE,
          Hdf5Message.OLD_FILL_VALUE,
          Hdf5Message.FILL_VALUE,
          Hdf5Message.LINK,
          Hdf5Message.EXTERNAL_FILES,
          Hdf5Message.LAYOUT,
          Hdf5Message.FILTERS,
          Hdf5Message.SYMBOL_TABLE ->
          messages.add(new Hdf5Message(type, (flags & SHARED) != 0, body));
      default -> {
        if (type > Hdf5Message.LAST_KNOWN && (flags & FAIL_IF_UNKNOWN) != 0) {
          throw body.unsupported("an object header has a message of type %d".formatted(type));
        }
      }
    }
  }

  private void add(long address, long pieceLength) throws IOException {
    Hdf5Fields here = file.fields(address, 0);
    requireRoom(here, pieceLength);
    if (!seen.add(address)) {
      throw here.corrupt("an object header goes on where it was already");
    }
    length += pieceLength;
    if (length > Hdf5File.MAX_STRUCTURE) {
      throw here.unsupported(
          "an object header has %d bytes (at most %d)".formatted(length, Hdf5File.MAX_STRUCTURE));
    }
    pieces.add(new Piece(address, pieceLength));
  }

  private static void requireRoom(Hdf5Fields here, long needed) throws CorruptException {
    if (needed > here.file().object().length()) {
      throw here.corrupt("an object header of %d bytes has no room".formatted(needed));
    }
  }

  boolean isDataset() {
    return has(Hdf5Message.DATATYPE) && has(Hdf5Message.LAYOUT);
  }

  boolean isGroup() {
    return has(Hdf5Message.SYMBOL_TABLE) || has(Hdf5Message.LINK_INFO);
  }

  boolean has(int type) {
    return messages.stream().anyMatch(message -> message.type() == type);
  }

  /** Returns the messages of a type that can be there several times. */
  List<Hdf5Fields> all(int type) {
    return messages.stream()
        .filter(message -> message.type() == type)
        .map(message -> message.body().fresh())
        .toList();
  }

  /** Returns the message of a type, wherever it is. */
  Optional<Hdf5Fields> find(int type) throws IOException {
    for (Hdf5Message message : messages) {
      if (message.type() == type) {
        Hdf5Fields body = message.body().fresh();
        return Optional.of(message.shared() ? shared(type, body) : body);
      }
    }
    return Optional.empty();
  }

  Hdf5Fields require(int type, String name) throws IOException {
    Optional<Hdf5Fields> found = find(type);
    if (found.isEmpty()) {
      throw file.object().corrupt(offset, "a dataset of HDF5 has no %s".formatted(name));
    }
    return found.get();
  }

  private Hdf5Fields shared(int type, Hdf5Fields body) throws IOException {
    int version = body.u8();
    int place = body.u8();
    switch (version) {
      case 1 -> body.skip(6);
      case 2 -> {}
      case 3 -> {
        if (place == SHARED_IN_HEAP) {
          throw body.unsupported("messages that lie in a heap of shared ones are not read");
        }
      }
      default -> throw body.corrupt("no version %d of shared messages".formatted(version));
    }
    for (Hdf5Message message : read(file, body.address()).messages) {
      if (message.type() == type && !message.shared()) {
        return message.body().fresh();
      }
    }
    throw body.corrupt("a shared message is not where it should be");
  }
}
