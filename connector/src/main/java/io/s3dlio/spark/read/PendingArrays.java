package io.s3dlio.spark.read;

import io.s3dlio.spark.read.ArrayBatch.Run;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.range.BatchRead;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A batch of arrays on its way: what lies in its object as rows are to have it is read into its
 * place, the rest is decoded into it by other threads.
 */
final class PendingArrays {
  private final ArrayBatch batch;
  private final @Nullable BufferLease memory;
  private final List<CompletableFuture<Void>> decoding = new ArrayList<>();
  private @Nullable BatchRead read;

  private PendingArrays(ArrayBatch batch, @Nullable BufferLease memory) {
    this.batch = batch;
    this.memory = memory;
  }

  /** Returns a batch without a byte of data. */
  static PendingArrays empty(ArrayBatch batch) {
    return new PendingArrays(batch, null);
  }

  /**
   * Starts to read.
   *
   * @param memory takes the data; is this batch's from now on
   * @param submit starts requests
   */
  static PendingArrays start(
      ArrayBatch batch, BufferLease memory, Function<List<ReadRequest>, BatchRead> submit) {
    PendingArrays pending = new PendingArrays(batch, memory);
    boolean started = false;
    try {
      List<ReadRequest> requests = new ArrayList<>();
      for (Run run : batch.runs()) {
        pending.begin(run, memory.buffer().slice(run.start(), run.length()), requests);
      }
      if (!requests.isEmpty()) {
        pending.read = submit.apply(requests);
      }
      started = true;
      return pending;
    } finally {
      if (!started) {
        CompletableFuture<?> unused = pending.discard();
      }
    }
  }

  private void begin(Run run, ByteBuffer target, List<ReadRequest> requests) {
    OptionalLong plain = run.part().samples().plainDataOffset();
    HeldObject held = run.object().held();
    if (plain.isEmpty()) {
      decoding.add(
          DecodeThreads.submit(
              () -> {
                run.part().samples().read(run.first(), target);
                return null;
              }));
      return;
    }
    long offset = plain.getAsLong() + run.first() * run.part().samples().sampleLength();
    if (held == null) {
      requests.add(
          ReadRequest.of(batch.rows().objects().info(run.object().number()), offset, target));
    } else {
      target.put(held.bytes().slice(Math.toIntExact(offset), run.length()));
    }
  }

  int bytes() {
    return batch.rows().bytes();
  }

  /**
   * Waits for the data. After a failure the batch is still to be discarded.
   *
   * @param cancelled ends the wait
   */
  LoadedBatch await(CompletableFuture<Void> cancelled, ReadMetrics metrics) throws IOException {
    long start = System.nanoTime();
    try {
      if (read != null) {
        read.await();
      }
      for (CompletableFuture<Void> part : decoding) {
        result(part, cancelled);
      }
    } finally {
      metrics.waited(System.nanoTime() - start);
      if (read != null) {
        metrics.read(read.stats());
      }
    }
    batch.close();
    return new LoadedBatch(batch.rows(), memory, batch.arrays());
  }

  /**
   * Waits for what another thread does.
   *
   * @param cancelled ends the wait, though the other thread may go on for a while
   */
  static <T> T result(CompletableFuture<T> future, CompletableFuture<Void> cancelled)
      throws IOException {
    try {
      CompletableFuture.anyOf(future, cancelled).get();
      if (!future.isDone()) {
        throw new InterruptedIOException("Cannot wait for an object: the read was cancelled");
      }
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Cannot wait for an object: interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /**
   * Stops the read and gives the memory back once nothing writes to it any more.
   *
   * @return done then
   */
  CompletableFuture<Void> discard() {
    List<CompletableFuture<Void>> ends = new ArrayList<>(decoding);
    if (read != null) {
      CompletableFuture<Void> drained = new CompletableFuture<>();
      ends.add(drained);
      read.cancel();
      read.whenDrained(() -> drained.complete(null));
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
        .handle(
            (done, failure) -> {
              // Whoever waits was told of the failure, or asked for none.
              if (memory != null) {
                memory.close();
              }
              batch.close();
              return null;
            });
  }
}
