package io.s3dlio.format;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One version of an object that is to be decoded, read by ranges within it. */
record SourceObject(ObjectReader reader, ObjectInfo info) {
  private static final int LONGEST_QUOTE = 100;

  long length() {
    return info.length();
  }

  /**
   * Fills a direct target.
   *
   * @throws CorruptException if the object ends before
   */
  void read(long offset, ByteBuffer target) throws IOException {
    if (offset < 0 || offset > length() || target.remaining() > length() - offset) {
      throw corrupt(
          offset,
          "%d bytes are needed here, the object has %d".formatted(target.remaining(), length()));
    }
    if (target.hasRemaining()) {
      reader.read(ReadRequest.of(info, offset, target));
    }
  }

  CorruptException corrupt(long offset, String reason) {
    return new CorruptException(failure(offset, reason));
  }

  CorruptException corrupt(long offset, String reason, Throwable cause) {
    return new CorruptException(failure(offset, reason), cause);
  }

  UnsupportedFormatException unsupported(long offset, String reason) {
    return new UnsupportedFormatException(failure(offset, reason));
  }

  private Failure failure(long offset, String reason) {
    return Failure.of(
        "decode",
        info.location(),
        "at byte %s: %s".formatted(Long.toUnsignedString(offset), reason));
  }

  /** Returns text from a file as a message may show it: short, and of printable ASCII. */
  static String quote(CharSequence text) {
    StringBuilder quoted = new StringBuilder("'");
    int shown = Math.min(text.length(), LONGEST_QUOTE);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7f) {
        quoted.append(c);
      } else {
        quoted.append("\\u%04x".formatted((int) c));
      }
    }
    return quoted.append(shown < text.length() ? "...'" : "'").toString();
  }
}
