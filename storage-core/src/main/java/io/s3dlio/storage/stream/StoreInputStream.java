package io.s3dlio.storage.stream;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.range.BatchRead;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an object as they are stored, from any position. What follows is fetched while a
 * buffer is read from, in no more buffers than {@link StreamOptions#buffers}, each filled by the
 * JVM's {@link RangeEngine} with its retries and time limits.
 *
 * <p>After a failed read the stream stands where it stood, and may be read again.
 */
public final class StoreInputStream extends StoreStream {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ObjectReader reader;
  private final ObjectInfo object;
  private final StreamOptions options;
  private final RangeEngineConfig ranges;
  private final Deque<Piece> ahead = new ArrayDeque<>();

  /** What is read from, with at least a byte left or about to be replaced. */
  private @Nullable Piece current;

  /** Where the first piece begins that has not been asked for. */
  private long next;

  /** How many pieces there may be; grows as they are read to their ends. */
  private int window = 1;

  private boolean closed;

  /**
   * A range of the object, and the memory that it fills.
   *
   * @param offset where it begins in the object
   */
  private record Piece(long offset, BufferLease memory, BatchRead read) {
    long end() {
      return offset + memory.buffer().limit();
    }

    /** Gives the memory back, as soon as nobody writes to it any more. */
    void discard() {
      read.cancel();
      read.whenDrained(memory::close);
    }
  }

  /** Stands at the beginning. */
  public StoreInputStream(ObjectStore store, ObjectInfo object) {
    this(store, object, StreamOptions.DEFAULT);
  }

  /**
   * Stands at the beginning.
   *
   * @param options of which {@link StreamOptions#decompress} is not for this class, but for {@link
   *     StoreStream#open}
   */
  public StoreInputStream(ObjectStore store, ObjectInfo object, StreamOptions options) {
    this.reader = store.reader();
    this.ranges = store.rangeDefaults();
    this.object = requireNonNull(object, "object is null");
    this.options = requireNonNull(options, "options is null");
  }

  /** Returns where in the object the next byte is read from. */
  public long position() {
    Piece piece = current != null ? current : ahead.peek();
    return piece == null ? next : piece.offset() + piece.memory().buffer().position();
  }

  /**
   * Reads on from somewhere else.
   *
   * @throws IllegalArgumentException if that is not within the object, or at its end
   */
  public void seek(long position) {
    if (position < 0 || position > object.length()) {
      throw new IllegalArgumentException(
          "Invalid position: %d (of %d bytes)".formatted(position, object.length()));
    }
    Piece piece = current;
    if (piece != null && position >= piece.offset() && position <= piece.end()) {
      piece.memory().buffer().position((int) (position - piece.offset()));
    } else {
      discardAll();
      next = position;
    }
  }

  @Override
  public long skip(long count) {
    long position = position();
    long skipped = Math.max(0, Math.min(count, object.length() - position));
    seek(position + skipped);
    return skipped;
  }

  @Override
  ByteBuffer buffered() throws IOException {
    if (closed) {
      throw new StorageException(
          Failure.of("read", object.location(), "the stream has been closed"));
    }
    Piece piece = current;
    if (piece != null && piece.memory().buffer().hasRemaining()) {
      return piece.memory().buffer();
    }
    if (piece != null) {
      current = null;
      piece.memory().close();
      window = Math.min(options.buffers(), 2 * window);
    }
    fill();
    Piece following = ahead.peek();
    if (following == null) {
      return NOTHING;
    }
    return await(following);
  }

  private ByteBuffer await(Piece piece) throws IOException {
    try {
      piece.read().await();
    } catch (IOException e) {
      next = piece.offset();
      discardAll();
      throw e;
    }
    ahead.remove();
    current = piece;
    // With its memory the window is full; what is behind it can only be asked for now.
    fill();
    return piece.memory().buffer().rewind();
  }

  /** Asks for what follows, as far as there is room. */
  private void fill() {
    while (next < object.length() && ahead.size() + (current == null ? 0 : 1) < window) {
      int size = (int) Math.min(options.bufferSize(), object.length() - next);
      Optional<BufferLease> memory = memory(size);
      if (memory.isEmpty()) {
        return;
      }
      ahead.add(new Piece(next, memory.get(), submit(memory.get(), next)));
      next += size;
    }
  }

  /** What is needed next is always admitted; what is only ahead waits for the pool's budget. */
  private Optional<BufferLease> memory(int size) {
    return ahead.isEmpty() && current == null
        ? Optional.of(BufferPool.shared().acquire(size))
        : BufferPool.shared().tryAcquire(size);
  }

  private BatchRead submit(BufferLease memory, long offset) {
    boolean submitted = false;
    try {
      ReadRequest request = ReadRequest.of(object, offset, memory.buffer().duplicate());
      BatchRead read =
          RangeEngine.shared()
              .submit(
                  reader,
                  List.of(request),
                  ranges,
                  ranges.maxConcurrentRanges(),
                  new CancellationToken());
      submitted = true;
      return read;
    } finally {
      if (!submitted) {
        memory.close();
      }
    }
  }

  private void discardAll() {
    if (current != null) {
      current.memory().close();
      current = null;
    }
    ahead.forEach(Piece::discard);
    ahead.clear();
    window = 1;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
    discardAll();
  }
}
