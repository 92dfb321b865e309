package io.s3dlio.spark.write;

import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Compares objects with what a manifest says of them. */
public final class Checksums {
  private static final int PIECE = 8 << 20;

  private Checksums() {}

  /** Reads the object, a piece at a time, and returns whether it has the entry's size and sum. */
  public static boolean matches(ObjectStore store, ObjectInfo object, ManifestEntry entry)
      throws IOException {
    if (object.length() != entry.size()) {
      return false;
    }
    CRC32C crc = new CRC32C();
    try (BufferLease lease = BufferPool.shared().acquire(Math.min(PIECE, object.length()))) {
      ByteBuffer piece = lease.buffer();
      for (long at = 0; at < object.length(); at += piece.limit()) {
        piece.clear().limit((int) Math.min(piece.capacity(), object.length() - at));
        store.read(ReadRequest.of(object, at, piece));
        crc.update(piece.flip());
      }
    }
    return (int) crc.getValue() == entry.crc32c();
  }
}
