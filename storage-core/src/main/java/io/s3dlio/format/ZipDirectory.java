package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads a zip archive's directory (PKWARE's APPNOTE, sections 4.3.12 to 4.3.16) from an object's
 * end. What it says is checked before it is used: members lie before the directory, apart from each
 * other, and have different names.
 */
final class ZipDirectory {
  /** The longest directory that is read, in bytes: some hundred thousand members. */
  static final int MAX_LENGTH = 16 << 20;

  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int LONGEST_COMMENT = 0xffff;

  private static final int ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
  private static final int ZIP64_LOCATOR_LENGTH = 20;
  private static final int ZIP64_END_SIGNATURE = 0x06064b50;
  private static final int ZIP64_END_LENGTH = 56;

  /** What stands in a field of 32 or 16 bits whose value is in its ZIP64 counterpart. */
  private static final long IN_ZIP64 = 0xffffffffL;

  private static final int IN_ZIP64_SHORT = 0xffff;

  /** How much of the end has the directory of a few arrays, and a short comment. */
  private static final int USUAL_TAIL = 8 << 10;

  private final SourceObject object;

  /** The object's end, or some of it. */
  private final ByteBuffer tail;

  private final long tailOffset;

  private ZipDirectory(SourceObject object, ByteBuffer tail) {
    this.object = object;
    this.tail = tail;
    this.tailOffset = object.length() - tail.limit();
  }

  static List<NpzMember> read(SourceObject object) throws IOException {
    Optional<List<NpzMember>> members = read(object, USUAL_TAIL);
    return members.isPresent()
        ? members.get()
        : read(object, END_LENGTH + LONGEST_COMMENT + ZIP64_LOCATOR_LENGTH)
            .orElseThrow(
                () ->
                    object.corrupt(
                        object.length(),
                        "this is no zip archive, or its end is cut off: no directory is found"));
  }

  /** Returns nothing if so many bytes of the object's end have no end record. */
  private static Optional<List<NpzMember>> read(SourceObject object, long most) throws IOException {
    long length = Math.min(object.length(), most);
    try (BufferLease lease = BufferPool.shared().acquire(length)) {
      ByteBuffer tail = lease.buffer();
      object.read(object.length() - length, tail);
      ZipDirectory directory = new ZipDirectory(object, littleEndian(tail.flip()));
      OptionalInt end = directory.findEnd();
      // What stands before the end record is looked at, too.
      boolean whole = length == object.length() || end.orElse(0) >= ZIP64_LOCATOR_LENGTH;
      return end.isPresent() && whole
          ? Optional.of(directory.members(end.getAsInt()))
          : Optional.empty();
    }
  }

  private List<NpzMember> members(int endAt) throws IOException {
    End end = zip64End(endAt);
    if (end.length() > MAX_LENGTH) {
      throw object.unsupported(
          end.offset(),
          "the directory has %d bytes (at most %d)".formatted(end.length(), MAX_LENGTH));
    }
    List<DirectoryEntry> entries;
    if (end.offset() >= tailOffset) {
      int from = (int) (end.offset() - tailOffset);
      entries = entries(end, littleEndian(tail.slice(from, (int) end.length())));
    } else {
      try (BufferLease lease = BufferPool.shared().acquire(end.length())) {
        ByteBuffer directory = lease.buffer();
        object.read(end.offset(), directory);
        entries = entries(end, littleEndian(directory.flip()));
      }
    }
    return apart(entries, end);
  }

  /** Returns where the last end record begins whose comment ends with the object. */
  private OptionalInt findEnd() {
    for (int at = tail.limit() - END_LENGTH; at >= 0; at--) {
      int commentLength = tail.limit() - END_LENGTH - at;
      if (commentLength > LONGEST_COMMENT) {
        break;
      }
      if (tail.getInt(at) == END_SIGNATURE
          && (tail.getShort(at + END_LENGTH - Short.BYTES) & 0xffff) == commentLength) {
        return OptionalInt.of(at);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * What an end record says.
   *
   * @param offset where in the object the directory begins
   * @param length how many bytes it has
   * @param entries how many members
   */
  private record End(long offset, long length, long entries) {}

  private End zip64End(int at) throws IOException {
    int disk = tail.getShort(at + 4) & 0xffff;
    int directoryDisk = tail.getShort(at + 6) & 0xffff;
    int entriesHere = tail.getShort(at + 8) & 0xffff;
    int entries = tail.getShort(at + 10) & 0xffff;
    long length = Integer.toUnsignedLong(tail.getInt(at + 12));
    long offset = Integer.toUnsignedLong(tail.getInt(at + 16));
    boolean zip64 =
        disk == IN_ZIP64_SHORT
            || directoryDisk == IN_ZIP64_SHORT
            || entriesHere == IN_ZIP64_SHORT
            || entries == IN_ZIP64_SHORT
            || length == IN_ZIP64
            || offset == IN_ZIP64;
    if (zip64 && hasLocator(at)) {
      return readZip64End(at - ZIP64_LOCATOR_LENGTH);
    }
    long position = tailOffset + at;
    requireOnePiece(position, disk, directoryDisk, entriesHere == entries);
    return checked(position, new End(offset, length, entries));
  }

  private boolean hasLocator(int endAt) {
    int at = endAt - ZIP64_LOCATOR_LENGTH;
    return at >= 0 && tail.getInt(at) == ZIP64_LOCATOR_SIGNATURE;
  }

  private End readZip64End(int locatorAt) throws IOException {
    long locator = tailOffset + locatorAt;
    long offset = tail.getLong(locatorAt + 8);
    if (offset < 0 || offset > locator - ZIP64_END_LENGTH) {
      throw object.corrupt(
          locator,
          "the ZIP64 end record cannot be at byte %s".formatted(Long.toUnsignedString(offset)));
    }
    try (BufferLease lease = BufferPool.shared().acquire(ZIP64_END_LENGTH)) {
      ByteBuffer bytes = lease.buffer();
      object.read(offset, bytes);
      ByteBuffer record = littleEndian(bytes.flip());
      if (record.getInt(0) != ZIP64_END_SIGNATURE) {
        throw object.corrupt(offset, "the ZIP64 end record is not here");
      }
      requireOnePiece(
          offset, record.getInt(16), record.getInt(20), record.getLong(24) == record.getLong(32));
      return checked(offset, new End(record.getLong(48), record.getLong(40), record.getLong(32)));
    }
  }

  private void requireOnePiece(long at, int disk, int directoryDisk, boolean allEntriesHere)
      throws StorageException {
    if (disk != 0 || directoryDisk != 0 || !allEntriesHere) {
      throw object.unsupported(at, "the archive is one piece of several");
    }
  }

  /** The directory ends where the end record begins: so do those of all writers. */
  private End checked(long position, End end) throws CorruptException {
    if (end.offset() < 0
        || end.length() < 0
        || end.length() > position
        || end.offset() != position - end.length()) {
      throw object.corrupt(
          position,
          "the directory cannot be at byte %s and have %s bytes"
              .formatted(Long.toUnsignedString(end.offset()), Long.toUnsignedString(end.length())));
    }
    if (end.entries() < 0 || end.entries() > end.length() / DirectoryEntry.MIN_LENGTH) {
      throw object.corrupt(
          position,
          "the directory cannot have %s entries in %d bytes"
              .formatted(Long.toUnsignedString(end.entries()), end.length()));
    }
    return end;
  }

  private List<DirectoryEntry> entries(End end, ByteBuffer directory) throws IOException {
    List<DirectoryEntry> entries = new ArrayList<>((int) end.entries());
    Set<String> names = new HashSet<>();
    for (long i = 0; i < end.entries(); i++) {
      DirectoryEntry entry = DirectoryEntry.read(object, end.offset(), directory);
      if (!names.add(entry.name())) {
        throw object.corrupt(
            entry.offset(), "two members are named " + SourceObject.quote(entry.name()));
      }
      entries.add(entry);
    }
    if (directory.hasRemaining()) {
      throw object.corrupt(
          end.offset() + directory.position(),
          "%d bytes follow the directory's last entry".formatted(directory.remaining()));
    }
    return entries;
  }

  private List<NpzMember> apart(List<DirectoryEntry> entries, End end) throws CorruptException {
    List<DirectoryEntry> backwards = new ArrayList<>(entries);
    backwards.sort(Comparator.comparingLong(DirectoryEntry::headerOffset).reversed());
    long limit = end.offset();
    Map<DirectoryEntry, Long> limits = new HashMap<>();
    for (DirectoryEntry entry : backwards) {
      if (entry.headerOffset() > limit || entry.leastLength() > limit - entry.headerOffset()) {
        throw object.corrupt(
            entry.offset(),
            "the member %s, of %d bytes at byte %d, runs into what is at byte %d"
                .formatted(
                    SourceObject.quote(entry.name()),
                    entry.storedLength(),
                    entry.headerOffset(),
                    limit));
      }
      limits.put(entry, limit);
      limit = entry.headerOffset();
    }
    return entries.stream().map(entry -> entry.member(limits.getOrDefault(entry, 0L))).toList();
  }

  private static ByteBuffer littleEndian(ByteBuffer bytes) {
    return bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }
}
