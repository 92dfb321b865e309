package io.s3dlio.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.file.FileStore;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledSavesTest {
  private static final int KILLS = 8;

  @Test
  void whenAProcessIsKilledTheLastSaveItFinishedIsTheLatestOrALaterOneIs(@TempDir Path directory)
      throws Exception {
    long known = -1;
    int killed = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xshare:auto",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  KilledSaves.class.getName(),
                  directory.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader told =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        // Another moment of another save each time.
        for (int line = 0; line < 61 + 7 * kill; line++) {
          known = saved(told.readLine(), known);
        }
        // Not the process itself, which would close what it has told.
        process.toHandle().destroyForcibly();
        // What it has told before it died counts.
        for (String line = told.readLine(); line != null; line = told.readLine()) {
          known = saved(line, known);
        }
        assertThat(process.waitFor()).as("killed by the ninth signal").isEqualTo(128 + 9);
        killed++;
      } finally {
        process.destroyForcibly();
      }

      try (ObjectStore store = new FileStore(StoreConfig.DEFAULT)) {
        CheckpointReader reader = CheckpointReader.open(store, directory.toString());
        assertThat(reader.latest().orElseThrow().step()).isGreaterThanOrEqualTo(known);
        for (Checkpoint each : reader.list()) {
          for (int i = 0; i < KilledSaves.STATES; i++) {
            assertThat(each.loadState("state-" + i))
                .isEqualTo(ByteBuffer.wrap(KilledSaves.content(each.step(), i)));
          }
        }
      }
    }
    assertThat(killed).isEqualTo(KILLS);
    assertThat(known).as("it went on after each kill").isGreaterThanOrEqualTo(KILLS);
  }

  private static long saved(String line, long known) {
    return line.startsWith("saved ") ? Long.parseLong(line.substring(6)) : known;
  }
}
