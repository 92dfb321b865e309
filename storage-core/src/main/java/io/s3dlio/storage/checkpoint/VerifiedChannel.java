package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.util.zip.CRC32C;

/**
 * Reads a state in order, and compares it with its manifest before it hands out the last byte: who
 * has read all has read what was saved. Not thread-safe.
 */
final class VerifiedChannel implements ReadableByteChannel {
  private final ReadableByteChannel source;
  private final Location location;
  private final SavedState state;
  private final CRC32C sum = new CRC32C();
  private long left;
  private boolean checked;

  /**
   * @param source is closed with this
   * @param location where the state is
   */
  VerifiedChannel(ReadableByteChannel source, Location location, SavedState state) {
    this.source = source;
    this.location = location;
    this.state = state;
    this.left = state.size();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!source.isOpen()) {
      throw new ClosedChannelException();
    }
    if (left == 0) {
      check();
      return -1;
    }
    int start = target.position();
    int limit = target.limit();
    target.limit((int) Math.min(limit, start + left));
    boolean sound = false;
    try {
      int count = readSource(target);
      if (count < 0) {
        throw damaged("ends %d bytes before its %d".formatted(left, state.size()));
      }
      sum.update(target.duplicate().flip().position(start));
      left -= count;
      if (left == 0) {
        check();
      }
      sound = true;
      return count;
    } finally {
      target.limit(limit);
      if (!sound) {
        target.position(start);
      }
    }
  }

  private void check() throws IOException {
    if (checked) {
      return;
    }
    if (readSource(ByteBuffer.allocate(1)) >= 0) {
      throw damaged("has more than its %d bytes".formatted(state.size()));
    }
    if ((int) sum.getValue() != state.crc32c()) {
      throw damaged(
          "has the CRC-32C %08x, and %08x was saved"
              .formatted((int) sum.getValue(), state.crc32c()));
    }
    checked = true;
  }

  private int readSource(ByteBuffer target) throws IOException {
    try {
      return source.read(target);
    } catch (CorruptException e) {
      throw CheckpointFailures.damaged(
          location, state, "cannot be read: " + e.failure().reason(), e);
    }
  }

  private CorruptException damaged(String reason) {
    return CheckpointFailures.damaged(location, state, reason, null);
  }

  /** Fails unless the rest, whatever there is of it, makes the state what was saved. */
  void drain() throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(64 << 10);
    while (read(rest.clear()) >= 0) {
      // Only its sum is of interest.
    }
  }

  @Override
  public boolean isOpen() {
    return source.isOpen();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
