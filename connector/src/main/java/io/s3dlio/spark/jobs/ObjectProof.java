package io.s3dlio.spark.jobs;

import io.s3dlio.datagen.ObjectSource;
import io.s3dlio.spark.write.Checksums;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Holds objects against what their manifest says: generated ones byte for byte, others by their
 * checksum. Reads a piece at a time. For one thread.
 */
final class ObjectProof implements AutoCloseable {
  private static final int PIECE = 4 << 20;

  /** What is generated and compared in one go: little enough to stay in a core's cache. */
  private static final int STEP = 256 << 10;

  private final ObjectStore store;
  private final Location prefix;
  private final BufferLease lease = BufferPool.shared().acquire(PIECE);
  private final ByteBuffer expected = ByteBuffer.allocate(STEP);

  /**
   * @param store stays the caller's
   */
  ObjectProof(ObjectStore store, Location prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  Verdict of(Claim claim) {
    Location location = prefix.append(claim.name());
    try {
      ObjectInfo object = store.stat(location);
      if (object.length() != claim.size()) {
        return Verdict.wrong(
            "%s has %d bytes, not %d".formatted(location, object.length(), claim.size()));
      }
      return claim.entry().isGenerated() ? byBytes(object, claim) : byChecksum(object, claim);
    } catch (NotFoundException e) {
      return Verdict.missing("%s is missing".formatted(location));
    } catch (IOException | IllegalArgumentException e) {
      return Verdict.wrong("%s cannot be verified: %s".formatted(location, e.getMessage()));
    }
  }

  private Verdict byBytes(ObjectInfo object, Claim claim) throws IOException {
    ObjectSource source = claim.recipe().source(claim.entry());
    if (source.length() != object.length()) {
      return Verdict.wrong(
          "%s has %d bytes, generated again it has %d"
              .formatted(object.location(), object.length(), source.length()));
    }
    for (long at = 0; at < object.length(); at += PIECE) {
      ByteBuffer piece = read(object, at);
      while (piece.hasRemaining()) {
        expected.clear().limit(Math.min(STEP, piece.remaining()));
        source.fill(at + piece.position(), expected);
        int difference = piece.slice(piece.position(), expected.limit()).mismatch(expected.flip());
        if (difference >= 0) {
          return Verdict.wrong(
              "%s differs from byte %d on"
                  .formatted(object.location(), at + piece.position() + difference));
        }
        piece.position(piece.position() + expected.limit());
      }
    }
    return Verdict.proven(claim.size());
  }

  private Verdict byChecksum(ObjectInfo object, Claim claim) throws IOException {
    int crc = Checksums.crc32c(store, object);
    return crc == claim.crc32c()
        ? Verdict.proven(claim.size())
        : Verdict.wrong(
            "%s has the CRC-32C %08x, not %08x".formatted(object.location(), crc, claim.crc32c()));
  }

  private ByteBuffer read(ObjectInfo object, long at) throws IOException {
    ByteBuffer piece = lease.buffer().clear();
    piece.limit((int) Math.min(PIECE, object.length() - at));
    store.read(ReadRequest.of(object, at, piece));
    return piece.flip();
  }

  @Override
  public void close() {
    lease.close();
  }
}
