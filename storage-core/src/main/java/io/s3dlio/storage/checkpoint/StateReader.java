package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.BatchRead;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.stream.StoreStream;
import io.s3dlio.storage.stream.StreamOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Loads one state of a checkpoint. Thread-safe.
 *
 * <p>What is loaded as a whole is compared with the manifest, size and CRC-32C, before it is handed
 * out. What is read in order is compared before the last byte is. A range is not compared: only its
 * object's size is.
 */
public final class StateReader {
  private static final int COPY_BYTES = 4 << 20;
  private static final StreamOptions STREAM =
      StreamOptions.DEFAULT.withBufferSize(4 << 20).withBuffers(8);
  private static final long MAX_BUFFER = Integer.MAX_VALUE - 8L;

  private final ObjectStore store;
  private final Location location;
  private final SavedState state;

  StateReader(ObjectStore store, Location location, SavedState state) {
    this.store = store;
    this.location = location;
    this.state = state;
  }

  /** Returns what the manifest tells of it. */
  public SavedState info() {
    return state;
  }

  /**
   * Loads all of it into a read-only direct buffer that the garbage collector owns, as concurrent
   * ranges where it is large.
   *
   * @throws StorageException if it is larger than a buffer can be, 2 GiB, or than the direct memory
   *     that is left
   * @throws CorruptException if it is not what was saved
   */
  public ByteBuffer load() throws IOException {
    if (state.size() > MAX_BUFFER) {
      throw new StorageException(
          Failure.of(
                  "load",
                  location,
                  "the state %s has %d bytes, more than a buffer holds"
                      .formatted(CheckpointFailures.describe(state), state.size()))
              .withRemedy(
                  "Use loadState(name, channel), openState(name) or read(name, offset, ...)"));
    }
    ObjectInfo object = find();
    if (state.compression() == StateCompression.NONE) {
      ByteBuffer content = RangeEngine.shared().get(store, object, 0, object.length());
      requireSum(content);
      return content;
    }
    ByteBuffer content = allocate();
    try (ReadableByteChannel source = open()) {
      while (source.read(content) >= 0 && content.hasRemaining()) {
        // All of it is read before it is handed out.
      }
    }
    return content.flip().asReadOnlyBuffer();
  }

  private ByteBuffer allocate() throws StorageException {
    try {
      return ByteBuffer.allocateDirect(Math.toIntExact(state.size()));
    } catch (OutOfMemoryError e) {
      throw new StorageException(
          Failure.of(
                  "load",
                  location,
                  "%d bytes do not fit the direct memory that is left: %s"
                      .formatted(state.size(), e.getMessage()))
              .withRemedy("Raise -XX:MaxDirectMemorySize, or use loadState(name, channel)"));
    }
  }

  private void requireSum(ByteBuffer content) throws CorruptException {
    CRC32C sum = new CRC32C();
    sum.update(content.duplicate());
    if ((int) sum.getValue() != state.crc32c()) {
      throw CheckpointFailures.damaged(
          location,
          state,
          "has the CRC-32C %08x, and %08x was saved"
              .formatted((int) sum.getValue(), state.crc32c()),
          null);
    }
  }

  /**
   * Writes all of it to a channel, in order, and leaves the channel open. Memory does not grow with
   * the state. The last bytes are written once all of them are known to be what was saved.
   *
   * @throws CorruptException if they are not: then what the channel has got is of no use
   */
  public void load(WritableByteChannel target) throws IOException {
    try (ReadableByteChannel source = open();
        BufferLease memory = BufferPool.shared().acquire(Math.min(COPY_BYTES, state.size() + 1))) {
      ByteBuffer buffer = memory.buffer();
      while (source.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          target.write(buffer);
        }
      }
    }
  }

  /**
   * Loads it as a codec reads it.
   *
   * @throws CorruptException if it is not what was saved, whatever the codec made of it
   */
  public <T> T load(StateCodec<T> codec) throws IOException {
    try (VerifiedChannel source = openVerified()) {
      T loaded;
      try {
        loaded = codec.read(source, state.size());
      } catch (RuntimeException e) {
        // Damage may well be why the codec failed, and is what the user must know then.
        source.drain();
        throw e;
      }
      source.drain();
      return loaded;
    }
  }

  /**
   * Opens it to be read in order, for one thread. Memory does not grow with the state. The read
   * that would return the last byte fails with {@link CorruptException} if all of them together are
   * not what was saved; bytes before that are not known to be good.
   */
  public ReadableByteChannel open() throws IOException {
    return openVerified();
  }

  private VerifiedChannel openVerified() throws IOException {
    ObjectInfo object = find();
    StreamOptions options = STREAM.withDecompress(state.compression() == StateCompression.ZSTD);
    return new VerifiedChannel(StoreStream.open(store, object, options), location, state);
  }

  /**
   * Reads a range, as concurrent ranges where it is large, until the target is full. The bytes are
   * not compared with what was saved.
   *
   * @param offset of the first byte in the state
   * @param target direct; its remaining bytes are filled
   * @throws IllegalArgumentException if the range is not in the state, or the state is compressed
   */
  public void read(long offset, ByteBuffer target) throws IOException {
    if (state.compression() != StateCompression.NONE) {
      throw new IllegalArgumentException(
          "Cannot read a range of the state %s: it is compressed (load all of it, or open it)"
              .formatted(CheckpointFailures.describe(state)));
    }
    if (offset < 0 || offset > state.size() || target.remaining() > state.size() - offset) {
      throw new IllegalArgumentException(
          "Invalid range: %d bytes from %d on (the state %s has %d)"
              .formatted(
                  target.remaining(), offset, CheckpointFailures.describe(state), state.size()));
    }
    ReadRequest request = ReadRequest.of(find(), offset, target);
    if (!target.hasRemaining()) {
      return;
    }
    RangeEngineConfig config = store.rangeDefaults();
    BatchRead batch =
        RangeEngine.shared()
            .submit(
                store,
                List.of(request),
                config,
                config.maxConcurrentRanges(),
                new CancellationToken());
    try {
      batch.await();
    } finally {
      batch.cancel();
    }
  }

  /** Returns the object as it is at the store: there, and of the size that was saved. */
  private ObjectInfo find() throws IOException {
    ObjectInfo object;
    try {
      object = store.stat(location);
    } catch (NotFoundException e) {
      throw CheckpointFailures.missing(location, state, e);
    }
    if (object.length() != state.storedSize()) {
      throw CheckpointFailures.damaged(
          location,
          state,
          "has %d bytes at the store, and %d were saved"
              .formatted(object.length(), state.storedSize()),
          null);
    }
    return object;
  }
}
