package io.s3dlio.spark.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The options of the JVM, which are settings of Spark's configuration. */
public final class JvmOptions {
  private static final long MIB = 1L << 20;

  public static final OptionKey<Optional<Long>> MEMORY_BUDGET =
      OptionKeys.optional(
          "memoryBudget",
          Scope.JVM,
          "size, 1mb or more",
          text -> Sizes.parseWithin(text, MIB, Long.MAX_VALUE / 4),
          "The off-heap bytes of the buffer pool in one JVM. Default: half of the executor's memory"
              + " overhead; without one, half of the JVM's limit on direct memory.");

  public static final OptionKey<Optional<Integer>> CONCURRENCY_BUDGET =
      OptionKeys.optional(
          "concurrencyBudget",
          Scope.JVM,
          "1 to 10000",
          text -> Math.toIntExact(Sizes.parseNumberWithin(text, 1, 10_000)),
          "How many ranges all tasks of one JVM read at once, at most, and how many objects they"
              + " write at once, whatever their `maxConcurrency`; past it they take turns. Default:"
              + " 128. `maxConnections` bounds the requests to each server besides.");

  public static final OptionKey<Optional<Path>> SHARED_MEMORY_DIR =
      OptionKeys.optional(
          "sharedMemoryDir",
          Scope.JVM,
          "folder",
          Path::of,
          "Where content that Python reads by reference lies: a folder that Python workers see too,"
              + " better on a file system in memory. Default: `/dev/shm`, if that is a tmpfs.");

  public static final OptionKey<Optional<Long>> SHARED_MEMORY_BUDGET =
      OptionKeys.optional(
          "sharedMemoryBudget",
          Scope.JVM,
          "size, 0 or more",
          text -> Sizes.parseWithin(text, 0, Long.MAX_VALUE / 4),
          "How much shared memory one JVM has at most for content by reference; past it content"
              + " travels inline. It counts as the executor's memory where that is limited. Default:"
              + " nine eighths of `memoryBudget`, since memory comes in steps of an eighth. 0: none.");

  private static final List<OptionKey<?>> ALL =
      List.of(MEMORY_BUDGET, CONCURRENCY_BUDGET, SHARED_MEMORY_DIR, SHARED_MEMORY_BUDGET);

  private JvmOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }
}
