package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/**
 * Etags in fewer bytes. Most are lower-case hexadecimal numbers joined by dashes; those take half a
 * byte a digit. Any other text is kept as it is.
 *
 * <p>The first byte is the count of numbers, or 0 for text. Each number is a byte with the count of
 * its digits and then the digits, the first one in the high half of a byte.
 */
final class PackedEtag {
  private static final int TEXT = 0;
  private static final int MAX_NUMBERS = 8;
  private static final int MAX_DIGITS = 127;

  private PackedEtag() {}

  static byte[] pack(String etag) {
    String[] numbers = etag.split("-", -1);
    ByteArrayOutputStream packed = new ByteArrayOutputStream(etag.length() + 1);
    boolean hex = numbers.length <= MAX_NUMBERS;
    packed.write(numbers.length);
    for (int i = 0; hex && i < numbers.length; i++) {
      hex = packNumber(numbers[i], packed);
    }
    if (hex) {
      return packed.toByteArray();
    }
    packed.reset();
    packed.write(TEXT);
    packed.writeBytes(etag.getBytes(UTF_8));
    return packed.toByteArray();
  }

  private static boolean packNumber(String digits, ByteArrayOutputStream packed) {
    int count = digits.length();
    if (count > MAX_DIGITS) {
      return false;
    }
    packed.write(count);
    for (int i = 0; i < count; i += 2) {
      int high = digit(digits.charAt(i));
      int low = i + 1 < count ? digit(digits.charAt(i + 1)) : 0;
      if (high < 0 || low < 0) {
        return false;
      }
      packed.write((high << 4) | low);
    }
    return true;
  }

  /** Upper case is no digit here: it would not come back. */
  private static int digit(char c) {
    return c >= 'A' && c <= 'F' ? -1 : c < 0x80 ? Character.digit(c, 16) : -1;
  }

  static String unpack(byte[] bytes, int from, int to) {
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
