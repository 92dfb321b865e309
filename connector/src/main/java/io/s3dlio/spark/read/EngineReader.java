package io.s3dlio.spark.read;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.range.BatchRead;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads through the JVM's range engine, one request after the other for each thread: bounded,
 * retried and cancelled as all reads are. Thread-safe.
 */
final class EngineReader implements ObjectReader {
  private final ObjectReader reader;
  private final RangeEngineConfig ranges;
  private final int maxConcurrency;
  private final CancellationToken token;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong rangesRead = new AtomicLong();
  private final AtomicLong retries = new AtomicLong();

  EngineReader(
      ObjectReader reader, RangeEngineConfig ranges, int maxConcurrency, CancellationToken token) {
    this.reader = reader;
    this.ranges = ranges;
    this.maxConcurrency = maxConcurrency;
    this.token = token;
  }

  /** Returns, also with a failure, when nothing writes to the target any more. */
  @Override
  public void read(ReadRequest request) throws IOException {
    readAll(List.of(request));
  }

  /** Reads several at the same time, and returns as {@link #read} does. */
  void readAll(List<ReadRequest> requests) throws IOException {
    BatchRead batch = RangeEngine.shared().submit(reader, requests, ranges, maxConcurrency, token);
    boolean done = false;
    try {
      batch.await();
      done = true;
    } finally {
      if (!done) {
        drain(batch);
      }
      BatchRead.Stats stats = batch.stats();
      bytes.addAndGet(stats.bytes());
      rangesRead.addAndGet(stats.ranges());
      retries.addAndGet(stats.retries());
    }
  }

  private static void drain(BatchRead batch) {
    batch.cancel();
    CompletableFuture<Void> drained = new CompletableFuture<>();
    batch.whenDrained(() -> drained.complete(null));
    drained.join();
  }

  @Override
  public Checks checks() {
    return reader.checks();
  }

  /** Returns the figures since the last call. */
  BatchRead.Stats takeStats() {
    return new BatchRead.Stats(bytes.getAndSet(0), rangesRead.getAndSet(0), retries.getAndSet(0));
  }
}
