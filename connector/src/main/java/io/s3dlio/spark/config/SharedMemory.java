package io.s3dlio.spark.config;

import io.s3dlio.storage.buffer.SegmentPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory that a JVM shares with its Python workers. */
public final class SharedMemory {
  private static final Logger LOG = LoggerFactory.getLogger(SharedMemory.class);
  private static final Path DEFAULT_FOLDER = Path.of("/dev/shm");

  private static Optional<SegmentPool> pool = Optional.empty();
  private static boolean opened;

  private SharedMemory() {}

  /**
   * Returns the JVM's pool, opened on first use as the application's settings say; empty if there
   * is none.
   *
   * @throws IOException if {@code sharedMemoryDir} is set and cannot be used
   */
  public static synchronized Optional<SegmentPool> ofThisJvm() throws IOException {
    if (!opened) {
      SparkEnv env = SparkEnv.get();
      pool = open(env == null ? new SparkConf(false) : env.conf());
      opened = true;
      pool.ifPresent(SharedMemory::removeAtExit);
    }
    return pool;
  }

  static Optional<SegmentPool> open(SparkConf conf) throws IOException {
    long budget =
        JvmSettings.given(conf, JvmOptions.SHARED_MEMORY_BUDGET)
            .orElseGet(() -> MemoryBudget.of(conf).bytes() / 8 * 9);
    Optional<Path> given = JvmSettings.given(conf, JvmOptions.SHARED_MEMORY_DIR);
    if (budget == 0) {
      return Optional.empty();
    }
    if (given.isPresent()) {
      try {
        return Optional.of(SegmentPool.open(given.get(), budget));
      } catch (IOException e) {
        throw new IOException(
            "Cannot use %s=%s: %s. Name a folder that can be written to"
                .formatted(JvmSettings.name(JvmOptions.SHARED_MEMORY_DIR), given.get(), e),
            e);
      }
    }
    if (!Files.isDirectory(DEFAULT_FOLDER)
        || !Files.getFileStore(DEFAULT_FOLDER).type().equals("tmpfs")) {
      LOG.warn(
          "Content by reference travels inline: {} is no tmpfs here. Set {} to share memory",
          DEFAULT_FOLDER,
          JvmSettings.name(JvmOptions.SHARED_MEMORY_DIR));
      return Optional.empty();
    }
    try {
      return Optional.of(SegmentPool.open(DEFAULT_FOLDER, budget));
    } catch (IOException e) {
      LOG.warn(
          "Content by reference travels inline: {} cannot be used. Set {} to share memory elsewhere",
          DEFAULT_FOLDER,
          JvmSettings.name(JvmOptions.SHARED_MEMORY_DIR),
          e);
      return Optional.empty();
    }
  }

  private static void removeAtExit(SegmentPool pool) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    pool.close();
                  } catch (IOException e) {
                    LOG.warn("Cannot remove {}", pool.folder(), e);
                  }
                },
                "s3dlio-shared-memory"));
  }
}
