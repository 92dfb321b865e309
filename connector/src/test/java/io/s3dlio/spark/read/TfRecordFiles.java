package io.s3dlio.spark.read;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/** Makes TFRecord files by what TensorFlow says of them. */
final class TfRecordFiles {
  /** What stands around a record's data. */
  static final int AROUND = 16;

  private TfRecordFiles() {}

  static byte[] file(List<byte[]> records) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (byte[] data : records) {
      byte[] length = number(Long.BYTES, data.length);
      file.writeBytes(length);
      file.writeBytes(number(Integer.BYTES, masked(length)));
      file.writeBytes(data);
      file.writeBytes(number(Integer.BYTES, masked(data)));
    }
    return file.toByteArray();
  }

  private static byte[] number(int bytes, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    byte[] number = new byte[bytes];
    buffer.putLong(value).flip().get(number);
    return number;
  }

  private static int masked(byte[] data) {
    CRC32C sum = new CRC32C();
    sum.update(data);
    return Integer.rotateRight((int) sum.getValue(), 15) + 0xa282ead8;
  }

  /** Returns an index in DALI's text form. */
  static String index(List<byte[]> records) {
    StringBuilder lines = new StringBuilder();
    long offset = 0;
    for (byte[] data : records) {
      lines.append(offset).append(' ').append(data.length + AROUND).append('\n');
      offset += data.length + AROUND;
    }
    return lines.toString();
  }

  static byte[] random(int length, long seed) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    return data;
  }
}
