package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.range.BatchRead;
import io.s3dlio.storage.range.RangeEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way: asks stores for what is not known of its items, takes memory for all of
 * them, and reads each to its place. Nobody waits here; a step begins where the last read of the
 * one before ends. Thread-safe.
 */
final class BatchLoad {
  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  /** What the batches of a stream have in common. */
  interface Context {
    RangeEngine engine();

    Turns turns();

    LoaderSettings settings();

    Dataset dataset();

    BatchMemory memory();

    /** Returns whether the stream goes on without an item; it is noted then. */
    boolean leavesOut(LoadFailure failure);

    /** Takes note that a batch is ready or has failed. */
    void ended(BatchLoad load);
  }

  private enum State {
    LOADING,
    READY,
    /** The memory is the consumer's. */
    DELIVERED,
    /** It has failed, or nobody wants it any more. */
    OVER
  }

  private final Context context;
  private final long number;
  private final long[] indexes;
  private final CancellationToken token = new CancellationToken();

  private final Object lock = new Object();
  private final DatasetItem[] items;
  private final boolean[] leftOut;
  private final Set<Request> open = new LinkedHashSet<>();
  private State state = State.LOADING;
  private @Nullable BatchContent content;
  private @Nullable IOException failure;
  private Runnable next = () -> {};
  private boolean starting;
  private long startedNanos;

  /** What may touch the memory: the batch, whoever has it, and reads that have not drained. */
  private int holds = 1;

  /**
   * @param number the batch's, in the order of its epoch
   * @param indexes of its items
   */
  BatchLoad(Context context, long number, long[] indexes) {
    this.context = context;
    this.number = number;
    this.indexes = indexes;
    this.items = new DatasetItem[indexes.length];
    this.leftOut = new boolean[indexes.length];
    for (int i = 0; i < indexes.length; i++) {
      items[i] = context.dataset().item(indexes[i]);
    }
  }

  /** Returns how many bytes the items have, as far as that is known. */
  long bytes() {
    synchronized (lock) {
      long bytes = 0;
      for (DatasetItem item : items) {
        bytes += item.length().orElse(0);
      }
      return bytes;
    }
  }

  boolean isReady() {
    synchronized (lock) {
      return state == State.READY;
    }
  }

  Optional<IOException> failure() {
    synchronized (lock) {
      return Optional.ofNullable(failure);
    }
  }

  /**
   * Takes the memory, if all sizes are known already.
   *
   * @param required whether it must not be refused
   * @return whether the batch may start
   */
  boolean claim(boolean required) {
    for (DatasetItem item : items) {
      if (!item.isResolved()) {
        return true;
      }
    }
    return allocate(required);
  }

  /** Begins, once it has been claimed. */
  void start(long nowNanos) {
    List<Request> stats = new ArrayList<>();
    synchronized (lock) {
      startedNanos = nowNanos;
      for (int i = 0; i < items.length; i++) {
        if (!items[i].isResolved()) {
          stats.add(new Stat(i));
        }
      }
    }
    run(stats, this::read);
  }

  private void read() {
    boolean claimed;
    synchronized (lock) {
      claimed = content != null;
    }
    if (!claimed) {
      allocate(true);
    }
    List<Request> reads = new ArrayList<>();
    synchronized (lock) {
      if (state == State.LOADING && content != null) {
        for (int i = 0; i < items.length; i++) {
          if (!leftOut[i] && items[i].length().orElse(0) > 0) {
            reads.add(new Read(i, content.item(i)));
          }
        }
      }
    }
    run(reads, this::finish);
  }

  private void finish() {
    synchronized (lock) {
      if (state != State.LOADING) {
        return;
      }
      state = State.READY;
    }
    context.ended(this);
  }

  /** Makes requests beside each other and goes on when each has its outcome. */
  private void run(List<Request> requests, Runnable then) {
    synchronized (lock) {
      if (state != State.LOADING) {
        return;
      }
      open.addAll(requests);
      holds += requests.size();
      next = then;
      starting = true;
    }
    for (Request request : requests) {
      context.turns().enter(request::start);
    }
    synchronized (lock) {
      starting = false;
    }
    goOn();
  }

  private void goOn() {
    Runnable then;
    synchronized (lock) {
      if (state != State.LOADING || starting || !open.isEmpty()) {
        return;
      }
      then = next;
      next = () -> {};
    }
    then.run();
  }

  private boolean allocate(boolean required) {
    long[] lengths = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      lengths[i] = lengthToRead(i);
    }
    try {
      Optional<BatchContent> allocated = BatchContent.allocate(context.memory(), lengths, required);
      synchronized (lock) {
        content = allocated.orElse(null);
        if (holds > 0) {
          return content != null;
        }
      }
      allocated.ifPresent(BatchContent::release);
      return true;
    } catch (IOException e) {
      fail(e);
      return true;
    }
  }

  /**
   * Returns the length of an item; 0 for one that is left out, which happens to what is too long.
   */
  private long lengthToRead(int item) {
    long length;
    synchronized (lock) {
      length = leftOut[item] ? 0 : items[item].length().orElse(0);
    }
    if (length <= BatchMemory.MAX_BYTES) {
      return length;
    }
    leaveOut(
        item,
        new StorageException(
            Failure.of(
                    "read", items[item].location(), "%d bytes do not fit a batch".formatted(length))
                .withRemedy("An item has 2 GiB at most; read the object in ranges")));
    return 0;
  }

  private void leaveOut(int item, IOException cause) {
    if (context.leavesOut(new LoadFailure(indexes[item], items[item].location(), cause))) {
      synchronized (lock) {
        leftOut[item] = true;
      }
    } else {
      fail(cause);
    }
  }

  private void fail(IOException cause) {
    synchronized (lock) {
      if (state != State.LOADING) {
        return;
      }
      failure = cause;
      state = State.OVER;
    }
    stop();
    context.ended(this);
  }

  /** Ends the batch, unless its memory is the consumer's: no request starts any more. */
  void cancel() {
    synchronized (lock) {
      if (state == State.DELIVERED || state == State.OVER) {
        return;
      }
      state = State.OVER;
    }
    stop();
  }

  private void stop() {
    token.cancel();
    drop();
  }

  /** Gives the memory back once nobody holds it. */
  private void drop() {
    BatchContent released;
    synchronized (lock) {
      holds--;
      if (holds > 0) {
        return;
      }
      released = content;
    }
    if (released != null) {
      released.release();
    }
  }

  /** Looks for requests that take too long, and for the batch that does. */
  void checkTimeouts(long nowNanos, Optional<Duration> limit) {
    List<Request> requests;
    long elapsed;
    synchronized (lock) {
      if (state != State.LOADING) {
        return;
      }
      requests = List.copyOf(open);
      elapsed = nowNanos - startedNanos;
    }
    requests.forEach(Request::check);
    if (limit.isPresent() && elapsed >= limit.get().toNanos() && !requests.isEmpty()) {
      fail(
          new StorageTimeoutException(
              Failure.of(
                      "read",
                      items[requests.get(0).item].location(),
                      "batch %d took longer than %d ms, and %d of its %d items are not there yet"
                          .formatted(number, limit.get().toMillis(), requests.size(), items.length))
                  .withRemedy("Raise batchTimeout, or lower batchSize")));
    }
  }

  /** Hands the batch over; it must be ready. */
  Batch deliver() {
    synchronized (lock) {
      if (state != State.READY) {
        throw new IllegalStateException("Batch %d is not ready".formatted(number));
      }
      state = State.DELIVERED;
      return Batch.of(
          number, items, indexes, leftOut, requireNonNull(content, "content is null"), this::drop);
    }
  }

  /** Something that the engine does for one item. */
  private abstract class Request {
    final int item;

    private @Nullable BatchRead read;
    private boolean settled;

    Request(int item) {
      this.item = item;
    }

    abstract BatchRead submit();

    /** Takes note of the success. */
    abstract @Nullable IOException succeed();

    void start() {
      BatchRead submitted = null;
      IOException refusal = null;
      try {
        submitted = submit();
      } catch (RuntimeException e) {
        // The data set was closed, or there is no store.
        refusal = new IOException(e.getMessage(), e);
      }
      if (submitted == null) {
        end(refusal);
        return;
      }
      synchronized (lock) {
        read = submitted;
      }
      BatchRead drained = submitted;
      drained.whenDrained(() -> end(drained.failure().orElse(null)));
    }

    private void end(@Nullable IOException failed) {
      // First of all, so that the memory is the consumer's alone when the batch is.
      drop();
      settle(failed);
      context.turns().leave();
    }

    /** A read that is stuck has failed long before it drains. */
    void check() {
      BatchRead running;
      synchronized (lock) {
        running = read;
      }
      if (running != null && running.isDone()) {
        running.failure().ifPresent(this::settle);
      }
    }

    private void settle(@Nullable IOException failed) {
      synchronized (lock) {
        if (settled) {
          return;
        }
        settled = true;
      }
      IOException cause = failed == null ? succeed() : failed;
      if (cause != null) {
        ifLoading(() -> leaveOut(item, cause));
      }
      synchronized (lock) {
        open.remove(this);
      }
      goOn();
    }
  }

  private void ifLoading(Runnable action) {
    synchronized (lock) {
      if (state != State.LOADING) {
        return;
      }
    }
    action.run();
  }

  /** Asks for what is not known of an item. */
  private final class Stat extends Request {
    private volatile @Nullable ObjectInfo found;
    private volatile @Nullable IOException failed;

    Stat(int item) {
      super(item);
    }

    @Override
    BatchRead submit() {
      DatasetItem asked = items[item];
      ObjectStore store = context.dataset().store(asked.location());
      ObjectReader stat =
          request -> {
            try {
              found = store.stat(request.location());
            } catch (IOException e) {
              // The store has tried again by itself; the engine need not.
              failed = e;
            }
          };
      return context
          .engine()
          .submit(
              stat,
              List.of(new ReadRequest(asked.location(), "", 0, NOTHING)),
              context.settings().ranges(store),
              1,
              token);
    }

    @Override
    @Nullable IOException succeed() {
      ObjectInfo object = found;
      if (object == null) {
        return failed;
      }
      OptionalLong said = items[item].length();
      if (said.isPresent() && said.getAsLong() != object.length()) {
        return new ObjectChangedException(
            Failure.of(
                "read",
                object.location(),
                "it has %d bytes and the manifest says %d"
                    .formatted(object.length(), said.getAsLong())));
      }
      synchronized (lock) {
        items[item] =
            DatasetItem.object(object.location(), OptionalLong.of(object.length()), object.etag());
      }
      return null;
    }
  }

  /** Reads an item to its place. */
  private final class Read extends Request {
    private final ByteBuffer target;

    Read(int item, ByteBuffer target) {
      super(item);
      this.target = target;
    }

    @Override
    BatchRead submit() {
      DatasetItem wanted = items[item];
      ObjectStore store = context.dataset().store(wanted.location());
      return context
          .engine()
          .submit(
              store,
              List.of(
                  new ReadRequest(
                      wanted.location(), wanted.etag(), wanted.offset(), target, wanted.whole())),
              context.settings().ranges(store),
              context.settings().maxConcurrency().value(),
              token);
    }

    @Override
    @Nullable IOException succeed() {
      return null;
    }
  }
}
