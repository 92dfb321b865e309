package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** Reads what {@link VarintWriter} wrote. */
final class VarintReader {
  private final ByteBuffer in;

  VarintReader(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes);
  }

  long number() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  long signed() {
    long zigzag = number();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  byte[] bytes() {
    byte[] bytes = new byte[Math.toIntExact(number())];
    in.get(bytes);
    return bytes;
  }

  String text() {
    return new String(bytes(), UTF_8);
  }
}
