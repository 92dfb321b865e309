package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameSync;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskManifestTest {
  private final Path dir;
  private final WriteJob job;

  /** What was there when names were synced, and which. */
  private final List<String> synced = new ArrayList<>();

  TaskManifestTest(@TempDir Path dir) {
    this.dir = dir;
    this.job =
        WriteJob.of(
            "job-1",
            Location.parse(dir + "/"),
            OnExisting.ERROR,
            ResolvedOptions.forWrite(Map.of(), Map.of()));
  }

  /** Returns the job's store, which tells what is synced. */
  private ObjectStore store() {
    ObjectStore store = job.openStore();
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class, NameSync.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("syncNames")) {
                record((Set<?>) arguments[0]);
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void record(Set<?> prefixes) throws IOException {
    synced.add(
        prefixes.stream().map(prefix -> job.relative((Location) prefix)).sorted().toList()
            + " with "
            + WrittenFiles.names(dir));
  }

  @Test
  void aTaskEndsWithTheNamesOfItsObjectsAndOfItsShardSynced() throws IOException {
    try (ObjectStore store = store();
        TaskManifest manifest = new TaskManifest(store, job, 0, 1)) {
      for (String name : List.of("a", "deep/b", "deep/c", "d")) {
        manifest.add(ManifestEntry.content(name, 1, 2));
      }
      manifest.addLeft(ManifestEntry.content("elsewhere/not-ours", 1, 2));
      assertThat(synced).isEmpty();

      TaskCommit commit = manifest.complete(IdRange.UNKNOWN);

      assertThat(synced)
          .containsExactly(
              "[, _s3dlio/job-1/, deep/] with [%s, %s]"
                  .formatted(commit.objects().name(), commit.left().name()));
    }
  }

  @Test
  void aTaskWithoutARowSyncsNothing() throws IOException {
    try (ObjectStore store = store();
        TaskManifest manifest = new TaskManifest(store, job, 0, 1)) {
      manifest.complete(IdRange.NONE);
    }

    assertThat(synced).isEmpty();
  }
}
