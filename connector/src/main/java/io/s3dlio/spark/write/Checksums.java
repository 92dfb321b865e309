package io.s3dlio.spark.write;

import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Checksums of objects that are there. */
public final class Checksums {
  private static final int PIECE = 4 << 20;

  private Checksums() {}

  /** Reads the object, a piece at a time, and returns the CRC-32C of its bytes. */
  public static int crc32c(ObjectStore store, ObjectInfo object) throws IOException {
    CRC32C crc = new CRC32C();
    try (BufferLease lease = BufferPool.shared().acquire(Math.min(PIECE, object.length()))) {
      ByteBuffer piece = lease.buffer();
      for (long at = 0; at < object.length(); at += piece.capacity()) {
        piece.clear().limit((int) Math.min(piece.capacity(), object.length() - at));
        store.read(ReadRequest.of(object, at, piece));
        crc.update(piece.flip());
      }
    }
    return (int) crc.getValue();
  }
}
