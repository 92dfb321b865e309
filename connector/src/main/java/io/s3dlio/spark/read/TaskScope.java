package io.s3dlio.spark.read;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.buffer.SegmentLease;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one task and the Arrow memory that it has. For the task's thread.
 *
 * <p>A delivered batch is freed by its consumer or at the end of the task, whichever is first:
 * never when a reader advances or closes, since Spark's columnar path into Python reads batches
 * later than that. One listener does it for the whole task. It is registered with the first reader,
 * so that those of Python come later, and by Spark's order run before it.
 *
 * <p>Outside of a task each reader has a scope of its own, which ends with it.
 */
final class TaskScope {
  private static final Map<TaskContext, TaskScope> TASKS = new ConcurrentHashMap<>();

  private final @Nullable TaskContext task;
  private final CancellationToken killed = new CancellationToken();
  private final Set<BatchSource> readers = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Delivered> delivered = new ArrayList<>();
  private final List<SegmentLease> segments = new ArrayList<>();
  private final IdentityHashMap<Object, ReadMetrics> metrics = new IdentityHashMap<>();
  private @Nullable BufferAllocator allocator;

  private TaskScope(@Nullable TaskContext task) {
    this.task = task;
  }

  /** Returns the scope of the task that runs on this thread. */
  static TaskScope current() {
    TaskContext task = TaskContext.get();
    if (task == null) {
      return new TaskScope(null);
    }
    TaskScope scope = TASKS.get(task);
    if (scope == null) {
      scope = new TaskScope(task);
      TASKS.put(task, scope);
      task.addTaskCompletionListener(new EndOfTask(scope));
      KilledTasks.onKill(task, scope.killed::cancel);
    }
    return scope;
  }

  /**
   * Returns what a further reader of a scan counts in.
   *
   * @param scan the same object for all its readers in a task, and another one for each scan
   */
  ReadMetrics metricsOf(Object scan) {
    if (ReadMetrics.areMergedBySpark()) {
      return new ReadMetrics();
    }
    ReadMetrics shared = metrics.computeIfAbsent(scan, any -> new ReadMetrics());
    shared.nextReader();
    return shared;
  }

  void opened(BatchSource reader) {
    readers.add(reader);
    killed.onCancel(reader::cancel);
  }

  /** Stops a reader. What it delivered stays until the end of the task. Idempotent. */
  void close(BatchSource reader) {
    reader.close();
    readers.remove(reader);
    if (task == null) {
      end();
    }
  }

  /** Returns the allocator of all batches of the task. */
  BufferAllocator allocator() {
    if (allocator == null) {
      String name = task == null ? "s3dlio" : "s3dlio task " + task.taskAttemptId();
      allocator = ArrowUtils.rootAllocator().newChildAllocator(name, 0, Long.MAX_VALUE);
    }
    return allocator;
  }

  /** Takes note of a batch that goes to Spark. */
  void delivered(ColumnarBatch batch, long contentBytes) {
    delivered.removeIf(Delivered::isFreed);
    delivered.add(new Delivered(batch, contentBytes));
  }

  /** Returns the content, in bytes, of delivered batches that nobody has freed yet. */
  long deliveredBytes() {
    delivered.removeIf(Delivered::isFreed);
    return delivered.stream().mapToLong(Delivered::contentBytes).sum();
  }

  /** Takes note of memory that rows refer to. It is theirs until the end of the task. */
  void referTo(SegmentLease segment) {
    segments.add(segment);
  }

  private void end() {
    readers.forEach(BatchSource::close);
    readers.clear();
    delivered.forEach(batch -> batch.batch().close());
    delivered.clear();
    segments.forEach(segment -> segment.expire(endsWell()));
    segments.clear();
    if (allocator != null) {
      allocator.close();
      allocator = null;
    }
  }

  /** A Python worker may still run on when its task has failed or was killed. */
  private boolean endsWell() {
    return task == null || !(task.isFailed() || task.isInterrupted());
  }

  private record Delivered(ColumnarBatch batch, long contentBytes) {
    /** A vector that was closed has no values any more. */
    boolean isFreed() {
      for (int i = 0; i < batch.numCols(); i++) {
        if (batch.column(i) instanceof ArrowColumnVector column
            && column.getValueVector().getValueCount() > 0) {
          return false;
        }
      }
      return true;
    }
  }

  private record EndOfTask(TaskScope scope)
      implements org.apache.spark.util.TaskCompletionListener {
    @Override
    public void onTaskCompletion(TaskContext context) {
      TASKS.remove(context);
      scope.end();
    }
  }
}
