package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * An entry of a zip archive's directory, with the sizes that ZIP64 gives where it does.
 *
 * @param offset where in the object this entry stands
 * @param nameLength of the name in bytes
 * @param headerOffset where in the object the member's local header begins
 */
record DirectoryEntry(
    long offset,
    String name,
    int nameLength,
    boolean deflated,
    long length,
    long storedLength,
    int crc32,
    long headerOffset) {
  /** The length of an entry without a name, in bytes. */
  static final int MIN_LENGTH = 46;

  private static final int LOCAL_LENGTH = 30;
  private static final int SIGNATURE = 0x02014b50;

  private static final int ENCRYPTED = 1 | 1 << 6 | 1 << 13;
  private static final int UTF_8_NAME = 1 << 11;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /** No byte of deflated data stands for more; rounded up. */
  private static final int MOST_INFLATION = 1032;

  private static final int ZIP64_EXTRA = 1;
  private static final int IN_ZIP64 = 0xffffffff;

  /**
   * Reads an entry at the directory's position, and passes it.
   *
   * @param start where in the object the directory begins
   */
  static DirectoryEntry read(SourceObject object, long start, ByteBuffer directory)
      throws IOException {
    int at = directory.position();
    long offset = start + at;
    if (directory.remaining() < MIN_LENGTH || directory.getInt(at) != SIGNATURE) {
      throw object.corrupt(offset, "no entry of the zip archive's directory is here");
    }
    int flags = directory.getShort(at + 8) & 0xffff;
    int method = directory.getShort(at + 10) & 0xffff;
    int crc32 = directory.getInt(at + 16);
    int nameLength = directory.getShort(at + 28) & 0xffff;
    int extraLength = directory.getShort(at + 30) & 0xffff;
    int commentLength = directory.getShort(at + 32) & 0xffff;
    int total = MIN_LENGTH + nameLength + extraLength + commentLength;
    if (directory.remaining() < total) {
      throw object.corrupt(
          offset,
          "the entry has %d bytes, the directory %d".formatted(total, directory.remaining()));
    }
    directory.position(at + total);

    ByteBuffer name = directory.slice(at + MIN_LENGTH, nameLength);
    String text = decode(object, offset, name, (flags & UTF_8_NAME) != 0);
    if ((flags & ENCRYPTED) != 0) {
      throw object.unsupported(
          offset, "the member %s is encrypted".formatted(SourceObject.quote(text)));
    }
    if (method != STORED && method != DEFLATED) {
      throw object.unsupported(
          offset,
          "the member %s is compressed by method %d: only deflate is read"
              .formatted(SourceObject.quote(text), method));
    }
    ByteBuffer zip64 =
        zip64(directory.slice(at + MIN_LENGTH + nameLength, extraLength).order(directory.order()));
    // The order in which ZIP64 has those fields that need it.
    long length = wide(object, offset, directory.getInt(at + 24), zip64);
    long storedLength = wide(object, offset, directory.getInt(at + 20), zip64);
    long headerOffset = wide(object, offset, directory.getInt(at + 42), zip64);
    DirectoryEntry entry =
        new DirectoryEntry(
            offset,
            text,
            nameLength,
            method == DEFLATED,
            length,
            storedLength,
            crc32,
            headerOffset);
    entry.requirePossible(object);
    return entry;
  }

  private void requirePossible(SourceObject object) throws CorruptException {
    boolean inObject = storedLength <= object.length() && headerOffset <= object.length();
    boolean lengthsFit =
        deflated ? length / MOST_INFLATION <= storedLength : length == storedLength;
    if (!inObject || !lengthsFit) {
      throw object.corrupt(
          offset,
          "the member %s cannot have %d bytes, %d of them in the object, at byte %d"
              .formatted(SourceObject.quote(name), length, storedLength, headerOffset));
    }
  }

  /** Returns how many bytes of the object it takes, but for its local header's extra field. */
  long leastLength() {
    return LOCAL_LENGTH + nameLength + storedLength;
  }

  NpzMember member(long limit) {
    return new NpzMember(name, deflated, length, storedLength, crc32, headerOffset, limit);
  }

  private static long wide(SourceObject object, long offset, int value, ByteBuffer zip64)
      throws CorruptException {
    if (value != IN_ZIP64) {
      return Integer.toUnsignedLong(value);
    }
    if (zip64.remaining() < Long.BYTES) {
      throw object.corrupt(offset, "the entry has no ZIP64 field for a size that needs one");
    }
    long wide = zip64.getLong();
    if (wide < 0) {
      throw object.corrupt(
          offset, "the entry has a size of %s bytes".formatted(Long.toUnsignedString(wide)));
    }
    return wide;
  }

  /** Returns what an extra field has of ZIP64, which may be nothing. */
  private static ByteBuffer zip64(ByteBuffer extra) {
    while (extra.remaining() >= 2 * Short.BYTES) {
      int id = extra.getShort() & 0xffff;
      int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
      if (id == ZIP64_EXTRA) {
        return extra.slice(extra.position(), length).order(extra.order());
      }
      extra.position(extra.position() + length);
    }
    return extra.limit(extra.position());
  }

  private static String decode(SourceObject object, long offset, ByteBuffer name, boolean utf8)
      throws CorruptException {
    try {
      Charset charset = utf8 || isAscii(name) ? StandardCharsets.UTF_8 : Charset.forName("IBM437");
      return charset.newDecoder().decode(name.duplicate()).toString();
    } catch (CharacterCodingException e) {
      throw object.corrupt(offset, "the member's name is not in UTF-8", e);
    }
  }

  private static boolean isAscii(ByteBuffer name) {
    for (int i = 0; i < name.limit(); i++) {
      if (name.get(i) < 0) {
        return false;
      }
    }
    return true;
  }
}
