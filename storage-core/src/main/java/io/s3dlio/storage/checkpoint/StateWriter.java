package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/**
 * Writes one state in pieces, of any number of bytes: in memory are the parts under way alone. The
 * state is saved when it is completed; closing earlier leaves nothing of it. Not thread-safe.
 */
public final class StateWriter implements WritableByteChannel {
  private final CheckpointAttempt attempt;
  private final ObjectWriter writer;
  private final String name;
  private final int rank;
  private final String key;
  private final StateCompression compression;
  private final CRC32C sum = new CRC32C();
  private long size;
  private boolean ended;

  StateWriter(
      CheckpointAttempt attempt,
      ObjectWriter writer,
      String name,
      int rank,
      String key,
      StateCompression compression) {
    this.attempt = attempt;
    this.writer = writer;
    this.name = name;
    this.rank = rank;
    this.key = key;
    this.compression = compression;
  }

  /** Writes the buffer's remaining bytes, all of them. */
  @Override
  public int write(ByteBuffer source) throws IOException {
    if (ended) {
      throw new ClosedChannelException();
    }
    int count = source.remaining();
    sum.update(source.duplicate());
    writer.write(source);
    size += count;
    return count;
  }

  /** Ends the state with every byte at the store. */
  public SavedState complete() throws IOException {
    if (ended) {
      throw new ClosedChannelException();
    }
    attempt.requireOpen();
    ObjectInfo written = writer.complete();
    ended = true;
    SavedState state =
        new SavedState(name, rank, key, size, written.length(), (int) sum.getValue(), compression);
    attempt.add(state);
    return state;
  }

  @Override
  public boolean isOpen() {
    return !ended;
  }

  /** Discards the state unless it is complete. Idempotent. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      ended = true;
      try (writer) {
        attempt.forget(name, rank);
      }
    }
  }
}
