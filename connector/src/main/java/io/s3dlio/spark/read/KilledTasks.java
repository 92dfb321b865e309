package io.s3dlio.spark.read;

import java.util.Arrays;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskInterruptListener;

/**
 * Hears that a task is killed, at once. Before Spark 4.2 there is no way to hear it: there a task
 * whose thread is not interrupted notices between two batches.
 */
final class KilledTasks {
  private static final boolean CAN_HEAR =
      Arrays.stream(TaskContext.class.getMethods())
          .anyMatch(method -> method.getName().equals("addTaskInterruptListener"));

  private KilledTasks() {}

  /** Runs an action when the task is killed, on any thread; at once if it already is. */
  static void onKill(TaskContext task, Runnable action) {
    if (CAN_HEAR) {
      Listening.on(task, action);
    }
  }

  /** Apart, so that no older Spark looks for the class of its parameter. */
  private static final class Listening {
    static void on(TaskContext task, Runnable action) {
      TaskInterruptListener listener = (context, reason) -> action.run();
      task.addTaskInterruptListener(listener);
    }
  }
}
