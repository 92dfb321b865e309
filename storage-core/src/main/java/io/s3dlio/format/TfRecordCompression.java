package io.s3dlio.format;

import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How the whole of a TFRecord object is compressed, by the names that TensorFlow has for it. */
public enum TfRecordCompression {
  /** Not at all. */
  NONE,
  /** As gzip does, in one member or several after each other. */
  GZIP,
  /** Deflated, in zlib's format. */
  ZLIB;

  /** How many bytes of an object tell, if it has so many. */
  public static final int DETECTED_BY = TfRecordHead.LENGTH;

  private static final int GZIP_MAGIC = 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int MAX_WINDOW = 7;
  private static final int ZLIB_CHECK = 31;

  /**
   * Returns what an object's beginning says. A record whose length looks like the beginning of
   * compressed data has the sum of its length beside it, which those have not.
   *
   * @param start its first {@link #DETECTED_BY} bytes, or all of a shorter object; left as it is
   */
  public static TfRecordCompression detect(ByteBuffer start) {
    ByteBuffer bytes = start.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < Short.BYTES || isRecord(bytes)) {
      return NONE;
    }
    if ((bytes.getShort(0) & 0xffff) == GZIP_MAGIC) {
      return GZIP;
    }
    int method = bytes.get(0) & 0xff;
    boolean zlib =
        (method & 0xf) == DEFLATE
            && method >>> 4 <= MAX_WINDOW
            && ((method << Byte.SIZE) + (bytes.get(1) & 0xff)) % ZLIB_CHECK == 0;
    return zlib ? ZLIB : NONE;
  }

  private static boolean isRecord(ByteBuffer bytes) {
    return bytes.remaining() >= TfRecordHead.LENGTH
        && MaskedCrc32c.of(bytes.slice(0, Long.BYTES)) == bytes.getInt(Long.BYTES);
  }

  /** Returns what an object's beginning says, which is read. */
  public static TfRecordCompression detect(ObjectReader reader, ObjectInfo object)
      throws IOException {
    int length = (int) Math.min(DETECTED_BY, object.length());
    try (BufferLease lease = BufferPool.shared().acquire(length)) {
      new SourceObject(reader, object).read(0, lease.buffer());
      return detect(lease.buffer().flip());
    }
  }
}
