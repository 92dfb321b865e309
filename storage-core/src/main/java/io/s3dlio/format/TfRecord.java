package io.s3dlio.format;

import io.s3dlio.storage.checksum.Crc;
import java.util.Arrays;

/**
 * TensorFlow's TFRecord: each record is the length of its data (64 bits), that length's masked
 * CRC-32C, the data, and its masked CRC-32C, all little-endian.
 */
public final class TfRecord {
  /** How many bytes stand before a record's data. */
  public static final int HEAD = Long.BYTES + Integer.BYTES;

  /** How many bytes stand after a record's data. */
  public static final int TAIL = Integer.BYTES;

  private TfRecord() {}

  /** Returns what stands before data of a length. */
  public static byte[] head(long length) {
    byte[] head = LittleEndian.allocate(HEAD).putLong(length).array();
    int sum = Crc.CRC32C.of(Arrays.copyOf(head, Long.BYTES));
    return LittleEndian.allocate(HEAD).putLong(length).putInt(MaskedCrc32c.mask(sum)).array();
  }

  /** Returns what stands after data with a CRC-32C. */
  public static byte[] tail(int crc32c) {
    return LittleEndian.allocate(TAIL).putInt(MaskedCrc32c.mask(crc32c)).array();
  }
}
