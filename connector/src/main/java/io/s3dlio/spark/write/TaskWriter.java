package io.s3dlio.spark.write;

import io.s3dlio.datagen.ConcurrentWork;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DataWriter;

/**
 * Writes one task attempt's objects, several at a time on other threads. What becomes of each is
 * accounted for on the task's thread alone, between two rows and whenever all is drained.
 */
abstract class TaskWriter implements DataWriter<InternalRow> {
  final CancellationToken token = new CancellationToken();
  final WriteMetrics metrics = new WriteMetrics();
  final ObjectStore store;
  final TaskManifest manifest;

  /** What is done and not yet accounted for: at most what was in flight at once. */
  private final Queue<ConcurrentWork.Action> settled = new ConcurrentLinkedQueue<>();

  TaskWriter(WriteJob job, int partition, long taskId) {
    store = job.openStore();
    manifest = new TaskManifest(store, job, partition, taskId);
  }

  /** Waits until everything that was started has ended. */
  abstract void await() throws IOException;

  /** Has something run on the task's thread; called on any thread. */
  final void settle(ConcurrentWork.Action action) {
    settled.add(action);
  }

  /** Does what may wait for the store, and accounts for what has ended by then. */
  final void waiting(ConcurrentWork.Action action) throws IOException {
    long start = System.nanoTime();
    action.run();
    metrics.waited(System.nanoTime() - start);
    account();
  }

  final void account() throws IOException {
    for (ConcurrentWork.Action next = settled.poll(); next != null; next = settled.poll()) {
      next.run();
    }
  }

  final void drain() throws IOException {
    waiting(this::await);
  }

  /** Ends with everything at the store, so that the metrics that Spark takes then are whole. */
  @Override
  public final void writeAll(Iterator<InternalRow> rows) throws IOException {
    DataWriter.super.writeAll(rows);
    drain();
  }

  /** Stops; {@link #close}, which always follows, cleans up. */
  @Override
  public final void abort() {
    token.cancel();
  }

  @Override
  public final CustomTaskMetric[] currentMetricsValues() {
    return metrics.values();
  }
}
