package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Writes numbers in as few bytes as they need, seven bits each, the lowest first. */
final class VarintWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Writes a number that is not negative. */
  void number(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  void signed(long value) {
    number((value << 1) ^ (value >> 63));
  }

  void bytes(byte[] source, int from, int to) {
    number(to - from);
    out.write(source, from, to - from);
  }

  void text(String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    bytes(utf8, 0, utf8.length);
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }
}
