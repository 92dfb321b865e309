package io.s3dlio.storage.cloud;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text as it stands in a URI: UTF-8, all but the unreserved characters of RFC 3986 encoded. */
public final class UriText {
  private static final String HEX = "0123456789ABCDEF";

  private UriText() {}

  /** Encodes a key, whose slashes stay. */
  public static String path(String key) {
    return encode(key, true);
  }

  /** Encodes a parameter's name or value. */
  public static String parameter(String text) {
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

  /**
   * Decodes text of a listing that was asked to be encoded: a plus is a space.
   *
   * @throws IOException if an escape is none, or the bytes are not UTF-8
   */
  public static String decodeForm(String text) throws IOException {
    if (text.indexOf('%') < 0) {
      return text.indexOf('+') < 0 ? text : text.replace('+', ' ');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '%') {
        bytes.write(escaped(text, at));
        at += 3;
      } else if (c < 0x80) {
        bytes.write(c == '+' ? ' ' : c);
        at++;
      } else {
        int end = at;
        while (end < text.length() && text.charAt(end) >= 0x80) {
          end++;
        }
        bytes.writeBytes(text.substring(at, end).getBytes(StandardCharsets.UTF_8));
        at = end;
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IOException("the answer's key '%s' is not UTF-8".formatted(text), e);
    }
  }

  /**
   * Decodes text whose plus is a plus.
   *
   * @throws IOException if an escape is none, or the bytes are not UTF-8
   */
  public static String decode(String text) throws IOException {
    return decodeForm(text.replace("+", "%2B"));
  }

  private static int escaped(String text, int at) throws IOException {
    int high = at + 1 < text.length() ? Character.digit(text.charAt(at + 1), 16) : -1;
    int low = at + 2 < text.length() ? Character.digit(text.charAt(at + 2), 16) : -1;
    if (high < 0 || low < 0) {
      throw new IOException("the answer's key '%s' is not encoded well".formatted(text));
    }
    return high << 4 | low;
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
