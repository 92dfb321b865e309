package io.s3dlio.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Etags in fewer bytes. Most are lower-case hexadecimal numbers joined by dashes; those take half a
 * byte a digit. Any other text is kept as it is.
 *
 * <p>The first byte is the count of numbers, or 0 for text. Each number is a byte with the count of
 * its digits and then the digits, the first one in the high half of a byte.
 */
public final class PackedEtag {
  private static final int TEXT = 0;
  private static final int MAX_NUMBERS = 8;
  private static final int MAX_DIGITS = 127;

  private PackedEtag() {}

  /** Returns an etag in fewer bytes. */
  public static byte[] pack(String etag) {
    byte[] packed = new byte[etag.length() + 2];
    int numbers = 0;
    int to = 1;
    for (int start = 0; start <= etag.length(); numbers++) {
      int dash = etag.indexOf('-', start);
      int end = dash < 0 ? etag.length() : dash;
      if (numbers == MAX_NUMBERS || !packNumber(etag, start, end, packed, to)) {
        return packText(etag);
      }
      to += 1 + (end - start + 1) / 2;
      start = end + 1;
    }
    packed[0] = (byte) numbers;
    return Arrays.copyOf(packed, to);
  }

  /** Returns whether the text is a number; if so, it is written. */
  private static boolean packNumber(String etag, int start, int end, byte[] packed, int to) {
    int count = end - start;
    if (count > MAX_DIGITS) {
      return false;
    }
    packed[to] = (byte) count;
    for (int i = 0; i < count; i += 2) {
      int high = digit(etag.charAt(start + i));
      int low = i + 1 < count ? digit(etag.charAt(start + i + 1)) : 0;
      if (high < 0 || low < 0) {
        return false;
      }
      packed[to + 1 + i / 2] = (byte) ((high << 4) | low);
    }
    return true;
  }

  private static byte[] packText(String etag) {
    byte[] text = etag.getBytes(UTF_8);
    byte[] packed = new byte[text.length + 1];
    packed[0] = TEXT;
    System.arraycopy(text, 0, packed, 1, text.length);
    return packed;
  }

  /** Upper case is no digit here: it would not come back. */
  private static int digit(char c) {
    return c >= 'A' && c <= 'F' ? -1 : c < 0x80 ? Character.digit(c, 16) : -1;
  }

  /** Returns the etag that the bytes from one place to before another are. */
  public static String unpack(byte[] bytes, int from, int to) {
    int numbers = bytes[from];
    if (numbers == TEXT) {
      return new String(bytes, from + 1, to - from - 1, UTF_8);
    }
    StringBuilder etag = new StringBuilder(2 * (to - from));
    int at = from + 1;
    for (int i = 0; i < numbers; i++) {
      if (i > 0) {
        etag.append('-');
      }
      int digits = bytes[at++];
      for (int j = 0; j < digits; j++) {
        int pair = bytes[at + j / 2];
        etag.append(Character.forDigit((j % 2 == 0 ? pair >> 4 : pair) & 0xF, 16));
      }
      at += (digits + 1) / 2;
    }
    return etag.toString();
  }
}
