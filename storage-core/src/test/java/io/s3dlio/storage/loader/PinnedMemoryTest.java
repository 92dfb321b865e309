package io.s3dlio.storage.loader;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.s3dlio.testing.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class PinnedMemoryTest {
  private static final int MIB = 1 << 20;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void batchesLieOnLockedPagesAndSaySo(boolean leases) throws Exception {
    Path status = Path.of("/proc/self/status");
    assumeThat(Files.exists(status)).as("a /proc").isTrue();
    PatternObjects objects = PatternObjects.many(8, MIB / 8);
    long before = lockedKilobytes(status);
    List<Batch> held = new ArrayList<>();
    try (Dataset dataset = objects.listed();
        DataLoader loader =
            new DataLoader(
                dataset,
                LoaderOptions.DEFAULT.withBatchSize(8).withPinMemory(true).withLeases(leases));
        BatchStream batches = loader.stream()) {
      Batch batch = batches.next();
      held.add(batch);
      objects.check(batch);
      assertThat(Addresses.of(batch.item(0)) % 4096).isZero();
      assumeThat(batch.isPinned()).as("the limit of locked memory allows 1 MiB").isTrue();
      assertThat(lockedKilobytes(status) - before).isGreaterThanOrEqualTo(MIB / 1024);
      batch.close();
    }
    assertThat(held).hasSize(1);
  }

  @Test
  void whatIsNotPinnedSaysSo() throws Exception {
    PatternObjects objects = PatternObjects.many(8, 100);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT);
        BatchStream batches = loader.stream()) {
      assertThat(batches.next().isPinned()).isFalse();
    }
  }

  @Test
  void aRefusalIsToldOnceAndTheMemoryIsUsedAllTheSame() throws Exception {
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true));
    try {
      PinnedMemory memory =
          new PinnedMemory(new CollectedMemory(4096), buffer -> Optional.of("no more of it"));
      for (int i = 0; i < 3; i++) {
        BatchMemory.Slab slab = memory.allocate(5000, true).orElseThrow();
        assertThat(slab.pinned()).isFalse();
        assertThat(slab.buffer().capacity()).isEqualTo(5000);
        assertThat(Addresses.of(slab.buffer()) % 4096).isZero();
      }
    } finally {
      System.setErr(err);
    }
    assertThat(printed.toString(UTF_8))
        .containsOnlyOnce("Cannot pin 5000 bytes of a batch, which may be swapped out: no more");
  }

  private static long lockedKilobytes(Path status) throws Exception {
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmLck:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
