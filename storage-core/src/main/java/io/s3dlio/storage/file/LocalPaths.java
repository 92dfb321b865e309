package io.s3dlio.storage.file;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Turns keys into paths and names into keys. Names are UTF-8 on the disk whatever the JVM's locale:
 * a {@link Path} made from text could not express them in the C locale, which containers often
 * have, but one made from a URI can.
 */
final class LocalPaths {
  private LocalPaths() {}

  /** Returns the path of a key, or of the directory that a key with a slash at its end names. */
  static Path of(String operation, Location location) throws StorageException {
    String text = "/" + location.key();
    if (isAscii(text)) {
      return Path.of(text);
    }
    try {
      ByteBuffer name = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      return Path.of(URI.create("file://" + percentEncoded(name)));
    } catch (CharacterCodingException e) {
      throw new StorageException(
          Failure.of(operation, location, "the key is not valid Unicode (an unpaired surrogate)"),
          e);
    }
  }

  /**
   * Returns the name of an entry of a directory.
   *
   * @throws StorageException if it is not UTF-8 and so no part of any key
   */
  static String nameOf(Location directory, Path entry) throws StorageException {
    String text = String.valueOf(entry.getFileName());
    if (isAscii(text)) {
      return text;
    }
    byte[] name = rawName(entry);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException e) {
      String bytes = HexFormat.of().formatHex(name);
      throw new StorageException(
          Failure.of("list", directory, "it holds a name that is not UTF-8 (bytes " + bytes + ")")
              .withRemedy("Rename it or list a prefix beside it"),
          e);
    }
  }

  /** Returns a path's bytes with a NUL at the end, as the C library takes it. */
  static byte[] cString(Path path) {
    String text = path.toString();
    byte[] name =
        isAscii(text)
            ? text.getBytes(StandardCharsets.US_ASCII)
            : decoded(path.toUri().getRawPath());
    return Arrays.copyOf(name, name.length + 1);
  }

  private static byte[] rawName(Path entry) {
    String raw = entry.toUri().getRawPath();
    // A directory's URI has a slash at its end.
    String path = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
    return decoded(path.substring(path.lastIndexOf('/') + 1));
  }

  private static byte[] decoded(String raw) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  private static String percentEncoded(ByteBuffer name) {
    StringBuilder encoded = new StringBuilder(3 * name.remaining());
    byte previous = 0;
    while (name.hasRemaining()) {
      byte b = name.get();
      // Text may repeat slashes, a path may not.
      if (b == '/' && previous != '/') {
        encoded.append('/');
      } else if (b != '/') {
        encoded.append('%');
        HexFormat.of().withUpperCase().toHexDigits(encoded, b);
      }
      previous = b;
    }
    return encoded.toString();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }
}
