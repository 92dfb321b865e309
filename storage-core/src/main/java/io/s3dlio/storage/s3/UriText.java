package io.s3dlio.storage.s3;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text as it stands in a URI: UTF-8, all but the unreserved characters of RFC 3986 encoded. */
final class UriText {
  private static final String HEX = "0123456789ABCDEF";

  private UriText() {}

  /** Encodes a key, whose slashes stay. */
  static String path(String key) {
    return encode(key, true);
  }

  /** Encodes a parameter's name or value. */
  static String parameter(String text) {
    return encode(text, false);
  }

  private static String encode(String text, boolean keepSlash) {
    int plain = 0;
    while (plain < text.length() && isPlain(text.charAt(plain), keepSlash)) {
      plain++;
    }
    if (plain == text.length()) {
      return text;
    }
    ByteBuffer bytes = utf8(text);
    StringBuilder encoded = new StringBuilder(text.length() + 32);
    while (bytes.hasRemaining()) {
      int b = bytes.get() & 0xff;
      if (isPlain((char) b, keepSlash)) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 0xf));
      }
    }
    return encoded.toString();
  }

  private static ByteBuffer utf8(String text) {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "Invalid key: it has half of a surrogate pair, which no store can hold", e);
    }
  }

  private static boolean isPlain(char c, boolean keepSlash) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~'
        || (c == '/' && keepSlash);
  }
}
