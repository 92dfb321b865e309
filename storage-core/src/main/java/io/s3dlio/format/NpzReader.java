package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads arrays of an NPZ object, a zip archive of NPY files, as numpy's {@code savez} and {@code
 * savez_compressed} write it and as others may: stored or deflated, with ZIP64 or without. Sizes
 * are those of the directory at the object's end; the local headers' need not be right. Of a member
 * no more is read than its array needs. Thread-safe.
 */
public final class NpzReader {
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_LENGTH = 30;
  private static final int NAME_LENGTH_AT = 26;

  private final SourceObject object;
  private final List<NpzMember> members;

  private NpzReader(SourceObject object, List<NpzMember> members) {
    this.object = object;
    this.members = members;
  }

  /**
   * Reads an object's directory: one range of its end, and another where the directory is longer
   * than that.
   *
   * @throws CorruptException if it is no zip archive, or its members are not all within it and
   *     apart
   * @throws UnsupportedFormatException if a member is encrypted or compressed by something else, or
   *     the archive is in several pieces
   */
  public static NpzReader open(ObjectReader reader, ObjectInfo object) throws IOException {
    SourceObject source = new SourceObject(reader, object);
    return new NpzReader(source, ZipDirectory.read(source));
  }

  /** Returns the members in the directory's order; no two have the same name. */
  public List<NpzMember> members() {
    return members;
  }

  /** Returns the array that numpy knows by this name. */
  public Optional<NpzMember> array(String name) {
    return members.stream().filter(m -> m.isArray() && m.arrayName().equals(name)).findFirst();
  }

  /**
   * Reads a member's headers.
   *
   * @param member one of this reader's
   * @param verifyCrc whether each read of the array compares the member's CRC-32, and reads the
   *     whole member for that
   * @throws CorruptException if it is no NPY file, or its bytes cannot be what the headers say
   * @throws UnsupportedFormatException if the array is structured or holds Python objects
   */
  public NpyReader open(NpzMember member, boolean verifyCrc) throws IOException {
    return NpyReader.open(new MemberFile(member, verifyCrc));
  }

  private final class MemberFile implements NpyFile {
    private final NpzMember member;
    private final boolean verifyCrc;

    /** Where in the object the member's bytes begin; -1 until the local header was read. */
    private volatile long dataOffset = -1;

    MemberFile(NpzMember member, boolean verifyCrc) {
      this.member = member;
      this.verifyCrc = verifyCrc;
    }

    @Override
    public long length() {
      return member.length();
    }

    @Override
    public OptionalLong storedAt() {
      return member.deflated() || verifyCrc ? OptionalLong.empty() : OptionalLong.of(dataOffset);
    }

    @Override
    public ByteCursor open(int chunk) throws IOException {
      if (dataOffset >= 0) {
        long dataEnd = dataOffset + member.storedLength();
        return content(new RangeCursor(object, dataOffset, dataEnd, chunk));
      }
      // The local header and the array's are one request.
      RangeCursor cursor = new RangeCursor(object, member.headerOffset(), member.limit(), chunk);
      boolean opened = false;
      try {
        dataOffset = skipLocalHeader(cursor);
        opened = true;
      } finally {
        if (!opened) {
          cursor.close();
        }
      }
      return content(cursor);
    }

    private ByteCursor content(RangeCursor cursor) {
      ByteCursor content =
          member.deflated() ? new InflatingCursor(cursor, member.length()) : cursor;
      return verifyCrc ? new SummingCursor(content, member.length(), member.crc32()) : content;
    }

    private long skipLocalHeader(RangeCursor cursor) throws IOException {
      ByteBuffer header = ByteBuffer.allocate(LOCAL_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
      cursor.read(header);
      if (header.getInt(0) != LOCAL_SIGNATURE) {
        throw cursor.corrupt(
            "the member %s does not begin at byte %d"
                .formatted(SourceObject.quote(member.name()), member.headerOffset()));
      }
      int nameLength = header.getShort(NAME_LENGTH_AT) & 0xffff;
      int extraLength = header.getShort(NAME_LENGTH_AT + Short.BYTES) & 0xffff;
      cursor.skip(nameLength + extraLength);
      if (member.storedLength() > cursor.remaining()) {
        throw cursor.corrupt(
            "the member %s has %d bytes, there are %d up to what follows it"
                .formatted(
                    SourceObject.quote(member.name()), member.storedLength(), cursor.remaining()));
      }
      cursor.endAt(cursor.position() + member.storedLength());
      return cursor.position();
    }
  }
}
