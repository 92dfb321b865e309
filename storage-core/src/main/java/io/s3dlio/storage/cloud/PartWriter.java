package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Collects parts and sends them, several at once, or one while the next is collected: an object
 * takes no more memory than the parts in flight. A chunk that holds whole parts is sent from where
 * it lies. An object of less than a part that is completed at once is put whole.
 */
public final class PartWriter implements ObjectWriter {
  /** Many objects are small: memory grows with what comes. */
  private static final int FIRST_BYTES = 64 << 10;

  private static final int GROWTH = 4;

  private final ObjectStore store;
  private final Uploads uploads;
  private final PartPlan plan;
  private final UploadThreads threads;
  private final Location location;
  private final WriterOptions options;
  private final int partSize;
  private final int partsInFlight;
  private final int sentAtOnce;
  private final int firstBytes;
  private final Deque<Sending> inFlight = new ArrayDeque<>();
  private final List<UploadedPart> done = new ArrayList<>();
  private @Nullable BufferLease part;
  private @Nullable Upload upload;
  private int begun;
  private long length;
  private boolean ended;

  /** A part under way, and the memory that it holds, if that is ours. */
  private record Sending(Future<UploadedPart> result, @Nullable BufferLease memory) {}

  /**
   * @param store puts what is less than a part
   */
  public PartWriter(
      ObjectStore store,
      Uploads uploads,
      PartPlan plan,
      UploadThreads threads,
      Location location,
      WriterOptions options) {
    this.store = store;
    this.uploads = uploads;
    this.plan = plan;
    this.partSize = plan.partSize(options, OptionalLong.empty());
    this.partsInFlight = plan.partsInFlight(options, OptionalLong.empty());
    this.sentAtOnce = uploads.isSequential() ? 1 : partsInFlight;
    this.firstBytes = options.bufferSize(FIRST_BYTES, OptionalLong.empty());
    this.threads = threads;
    this.location = location;
    this.options = options;
  }

  /** Puts content that lies in memory in parts. */
  public static ObjectInfo putInParts(
      ObjectStore store,
      Location location,
      ByteBuffer content,
      PartPlan plan,
      WriterOptions options)
      throws IOException {
    OptionalLong size = OptionalLong.of(content.remaining());
    WriterOptions ofSize =
        options
            .withPartSize(plan.partSize(options, size))
            .withMaxConcurrency(plan.partsInFlight(options, size));
    try (ObjectWriter writer = store.openWriter(location, ofSize)) {
      writer.write(content);
      return writer.complete();
    }
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    requireOpen();
    length += chunk.remaining();
    if (length > plan.maxObject()) {
      throw discarded(
          new StorageException(
              Failure.of(
                  "put",
                  location,
                  "it exceeds the %d bytes of an object".formatted(plan.maxObject()))));
    }
    try {
      while (chunk.hasRemaining()) {
        if (part == null && chunk.isDirect() && chunk.remaining() >= nextSize()) {
          sendFrom(chunk);
        } else {
          collect(chunk);
        }
      }
      finishBorrowed();
    } catch (IOException e) {
      throw discarded(e);
    } catch (RuntimeException e) {
      throw discarded(e);
    }
  }

  private int nextSize() {
    return plan.partSize(begun + 1, partSize);
  }

  private void sendFrom(ByteBuffer chunk) throws IOException {
    int size = nextSize();
    send(chunk.slice(chunk.position(), size), null);
    chunk.position(chunk.position() + size);
  }

  private void collect(ByteBuffer chunk) throws IOException {
    int size = nextSize();
    BufferLease memory = part;
    if (memory == null) {
      makeRoom(partsInFlight);
      memory = acquire(Math.min(size, Math.max(firstBytes, chunk.remaining())));
      part = memory;
    } else if (!memory.buffer().hasRemaining()) {
      memory = grown(memory, size);
      part = memory;
    }
    ByteBuffer buffer = memory.buffer();
    int count = Math.min(chunk.remaining(), buffer.remaining());
    int limit = chunk.limit();
    buffer.put(chunk.limit(chunk.position() + count));
    chunk.limit(limit);
    if (!buffer.hasRemaining() && buffer.capacity() >= size) {
      sendPart(memory);
    }
  }

  private BufferLease grown(BufferLease full, int most) throws IOException {
    int size = (int) Math.min(most, (long) GROWTH * full.buffer().capacity());
    BufferLease larger = acquire(size);
    larger.buffer().put(full.buffer().flip());
    full.close();
    return larger;
  }

  /** Within the pool's budget, unless no part under way will give memory back. */
  private BufferLease acquire(int size) throws IOException {
    BufferPool pool = BufferPool.shared();
    Optional<BufferLease> memory = pool.tryAcquire(size);
    while (memory.isEmpty() && !inFlight.isEmpty()) {
      finishOldest();
      memory = pool.tryAcquire(size);
    }
    return memory.orElseGet(() -> pool.acquire(size));
  }

  private void sendPart(BufferLease memory) throws IOException {
    part = null;
    boolean sent = false;
    try {
      send(memory.buffer().flip(), memory);
      sent = true;
    } finally {
      if (!sent) {
        memory.close();
      }
    }
  }

  private void send(ByteBuffer content, @Nullable BufferLease memory) throws IOException {
    makeRoom(sentAtOnce);
    Upload to = upload;
    if (to == null) {
      to = uploads.begin();
      upload = to;
    }
    Upload target = to;
    int number = ++begun;
    inFlight.add(new Sending(threads.submit(() -> target.send(number, content)), memory));
  }

  private void makeRoom(int most) throws IOException {
    while (inFlight.size() >= most) {
      finishOldest();
    }
  }

  /** The caller's memory is the caller's again when a write returns. */
  private void finishBorrowed() throws IOException {
    while (!inFlight.isEmpty() && inFlight.getLast().memory() == null) {
      finishOldest();
    }
  }

  private void finishOldest() throws IOException {
    Sending oldest = inFlight.element();
    try {
      done.add(oldest.result().get());
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("Cannot put %s: interrupted".formatted(location));
      interrupted.initCause(e);
      throw interrupted;
    }
    release(inFlight.remove());
  }

  private static void release(Sending sending) {
    if (sending.memory() != null) {
      sending.memory().close();
    }
  }

  private IOException failure(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof StorageException storage) {
      return storage;
    }
    return new StorageException(
        Failure.of("put", location, String.valueOf(cause)), cause == null ? e : cause);
  }

  @Override
  public ObjectInfo complete() throws IOException {
    requireOpen();
    if (upload != null) {
      return ObjectWriter.super.complete();
    }
    ended = true;
    BufferLease memory = part;
    part = null;
    if (memory == null) {
      return store.put(location, ByteBuffer.allocate(0), options);
    }
    try (memory) {
      return store.put(location, memory.buffer().flip(), options);
    }
  }

  @Override
  public StagedObject stage() throws IOException {
    requireOpen();
    try {
      BufferLease memory = part;
      if (memory != null) {
        sendPart(memory);
      }
      while (!inFlight.isEmpty()) {
        finishOldest();
      }
    } catch (IOException e) {
      throw discarded(e);
    } catch (RuntimeException e) {
      throw discarded(e);
    }
    ended = true;
    return new Staged(upload);
  }

  @Override
  public void close() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    // A part that arrives after the end of its upload would stay, and be paid for.
    inFlight.forEach(this::awaitEnd);
    inFlight.forEach(PartWriter::release);
    inFlight.clear();
    if (part != null) {
      part.close();
      part = null;
    }
    if (upload != null) {
      upload.abort();
    }
  }

  private void awaitEnd(Sending sending) {
    boolean interrupted = false;
    boolean running = true;
    while (running) {
      try {
        sending.result().get();
        running = false;
      } catch (ExecutionException e) {
        // The upload is discarded: what else failed in it changes nothing.
        running = false;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private <E extends Exception> E discarded(E failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private void requireOpen() throws StorageException {
    if (ended) {
      throw new StorageException(Failure.of("put", location, "the writer has ended"));
    }
  }

  /** An upload whose parts are all there; one of no bytes at all is put when it is completed. */
  private final class Staged implements StagedObject {
    private final @Nullable Upload whole;
    private @Nullable ObjectInfo completed;
    private boolean aborted;

    Staged(@Nullable Upload whole) {
      this.whole = whole;
    }

    @Override
    public Location location() {
      return location;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public ObjectInfo complete() throws IOException {
      if (aborted) {
        throw new StorageException(Failure.of("put", location, "it was discarded"));
      }
      ObjectInfo result = completed;
      if (result == null) {
        result =
            whole == null ? store.put(location, ByteBuffer.allocate(0), options) : complete(whole);
        completed = result;
      }
      return result;
    }

    private ObjectInfo complete(Upload upload) throws IOException {
      uploads.beforeCompletion();
      return upload.complete(done, length);
    }

    @Override
    public void abort() throws IOException {
      if (!aborted && completed == null) {
        aborted = true;
        if (whole != null) {
          whole.abort();
        }
      }
    }
  }
}
