package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobCommitterTest {
  private final Path dir;
  private final WriteJob job;

  JobCommitterTest(@TempDir Path dir) {
    this.dir = dir;
    this.job =
        WriteJob.of(
            "job-1",
            Location.parse(dir + "/"),
            OnExisting.ERROR,
            ResolvedOptions.forWrite(Map.of(), Map.of()));
  }

  private JobCommitter committer(boolean overwrite) {
    return new JobCommitter(job, Map.of(), overwrite, false, name -> true, Clock.systemUTC());
  }

  /** Of a job whose objects have names that no other job gives. */
  private JobCommitter owner() {
    return new JobCommitter(job, Map.of(), false, true, name -> true, Clock.systemUTC());
  }

  private TaskCommit task(long taskId, String... names) throws IOException {
    try (ObjectStore store = job.openStore();
        TaskManifest manifest = new TaskManifest(store, job, 0, taskId)) {
      for (String name : names) {
        manifest.add(ManifestEntry.content(name, 1, 2));
      }
      return manifest.complete(IdRange.UNKNOWN);
    }
  }

  @Test
  void whatKilledAttemptsLeftIsRemovedOnCommit() throws IOException {
    TaskCommit won = task(1, "a");
    task(2, "a");
    leaveUnfinished("b");

    committer(false).commit(List.of(won));

    assertThat(WrittenFiles.names(dir))
        .containsExactlyInAnyOrder("_SUCCESS", won.objects().name(), "_s3dlio/job-1/manifest.json");
  }

  @Test
  void whatAFailedJobLeftIsRemovedButWholeObjectsStay() throws IOException {
    Files.writeString(dir.resolve("whole"), "x");
    Files.writeString(dir.resolve("_SUCCESS"), "of an earlier job");
    task(1, "a");
    leaveUnfinished("b");

    committer(false).abort();

    assertThat(WrittenFiles.names(dir)).containsExactlyInAnyOrder("whole", "_SUCCESS");
  }

  /** Leaves what a writer leaves whose process was killed. */
  private void leaveUnfinished(String name) throws IOException {
    ObjectStore store = job.openStore();
    ObjectWriter writer = store.createWriter(job.prefix().append(name), job.objectOptions());
    writer.write(ByteBuffer.allocate(10));
    writer.stage();
    assertThat(WrittenFiles.remains(dir)).hasSize(1);
  }

  @Test
  void objectsOfAnAttemptThatDiedInItsCommitGoUnlessAnotherNamesThem() throws IOException {
    Files.writeString(dir.resolve("a"), "x");
    Files.writeString(dir.resolve("b"), "x");
    Files.writeString(dir.resolve("mine"), "x");
    TaskCommit won = task(1, "a");
    task(2, "a", "b", "never");

    owner().commit(List.of(won));

    assertThat(WrittenFiles.objects(dir)).containsOnlyKeys("a", "mine");
    assertThat(WrittenFiles.names(dir)).contains(won.objects().name()).hasSize(5);
  }

  @Test
  void objectsWithNamesOfTheirOwnGoWithAJobThatFails() throws IOException {
    Files.writeString(dir.resolve("a"), "x");
    Files.writeString(dir.resolve("mine"), "x");
    task(1, "a");

    committer(false).abort();
    assertThat(WrittenFiles.objects(dir)).containsKey("a");
    task(1, "a");
    owner().abort();

    assertThat(WrittenFiles.names(dir)).containsExactly("mine");
  }
}
