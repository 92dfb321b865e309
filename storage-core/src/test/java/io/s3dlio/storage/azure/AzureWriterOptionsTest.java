package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.common.implementation.contentvalidation.StorageCrc64Calculator;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.checksum.Crc64;
import io.s3dlio.storage.cloud.PartPlan;
import io.s3dlio.storage.tuning.AdaptiveConfig;
import io.s3dlio.storage.tuning.WorkloadType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a writer's own settings change in the uploads that it makes. */
class AzureWriterOptionsTest extends ScriptedAzure {
  private static final int MIB = 1 << 20;

  @Test
  void blocksHaveTheSizeThatTheWriterAsksFor() throws IOException {
    ObjectStore store = open((n, head) -> CREATED);

    write(store, 13 * MIB, WriterOptions.DEFAULT);
    assertThat(blockSizes()).containsExactlyInAnyOrder(5 * MIB, 5 * MIB, 3 * MIB);
    heads.clear();
    write(store, 13 * MIB, WriterOptions.DEFAULT.withPartSize(6 * MIB));
    assertThat(blockSizes()).containsExactlyInAnyOrder(6 * MIB, 6 * MIB, MIB);
    heads.clear();
    write(
        store,
        33 * MIB,
        WriterOptions.DEFAULT.withAdaptiveConfig(
            AdaptiveConfig.ENABLED.withWorkloadType(WorkloadType.LARGE_FILE)));
    assertThat(blockSizes()).containsExactlyInAnyOrder(32 * MIB, MIB);
  }

  @Test
  void whatIsPutIsCutByItsSize() throws IOException {
    ObjectStore store = open((n, head) -> CREATED);
    ByteBuffer content = ByteBuffer.allocateDirect(24 * MIB);

    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT);
    assertThat(blockSizes()).hasSize(5).contains(5 * MIB, 4 * MIB);
    heads.clear();
    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT.withPartSize(6 * MIB));
    assertThat(blockSizes()).containsExactly(6 * MIB, 6 * MIB, 6 * MIB, 6 * MIB);
    heads.clear();
    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT.withAdaptive());
    assertThat(blockSizes()).as("it has no four blocks of 16 MiB").isEmpty();
    assertThat(heads).hasSize(1);
  }

  @Test
  void asManyBlocksAreSentAtOnceAsTheWriterAsksFor() throws IOException {
    CountDownLatch together = new CountDownLatch(3);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ObjectStore store =
        open(
            (n, head) -> {
              if (!isBlock(head)) {
                return CREATED;
              }
              most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
              together.countDown();
              boolean came = await(together);
              inFlight.decrementAndGet();
              return came ? CREATED : error(400, "TooFew");
            },
            config -> config.withClient(config.client().withPartsInFlight(1)));

    write(store, 40 * MIB, WriterOptions.DEFAULT.withMaxConcurrency(3));

    assertThat(most).hasValue(3);
  }

  @Test
  void memoryIsBoundedByTheBlocksUnderWay() throws IOException {
    ObjectStore store = open((n, head) -> CREATED);
    long before = BufferPool.shared().stats().leasedBytes();
    AtomicInteger peak = new AtomicInteger();
    ByteBuffer chunk = ByteBuffer.allocate(MIB);
    WriterOptions options = WriterOptions.DEFAULT.withMaxConcurrency(2);
    try (ObjectWriter writer = store.createWriter(OBJECT, options)) {
      for (int i = 0; i < 60; i++) {
        writer.write(chunk.clear());
        long leased = BufferPool.shared().stats().leasedBytes() - before;
        peak.accumulateAndGet((int) leased, Math::max);
      }
      writer.complete();
    }

    assertThat(peak).hasValueBetween(5 * MIB, 2 * 5 * MIB);
    assertThat(BufferPool.shared().stats().leasedBytes()).isEqualTo(before);
  }

  @Test
  void anOverrideThatIsRefusedIsRefusedBeforeAnythingIsSent() throws IOException {
    ObjectStore store = open((n, head) -> CREATED);
    WriterOptions options =
        WriterOptions.DEFAULT.withAdaptiveConfig(AdaptiveConfig.ENABLED.withPartSizeOverride(1000));

    assertThatThrownBy(() -> store.createWriter(OBJECT, options))
        .hasMessage("Invalid partSize: 1000 (must be in [5242880, 1073741824])");
    assertThat(heads).isEmpty();
  }

  @Test
  void noObjectNeedsMoreBlocksThanAzureTakes() {
    for (int partSize : new int[] {5 * MIB, 16 * MIB, 1 << 30}) {
      PartPlan plan =
          AzureConfig.DEFAULT
              .withClient(AzureConfig.DEFAULT.client().withPartSize(partSize))
              .parts();

      assertThat(plan.maxParts()).isEqualTo(50_000);
      assertThat(plan.maxObject())
          .isGreaterThan(30L << 40)
          .isLessThanOrEqualTo(PartPlan.bytes(50_000, partSize));
    }
  }

  @Test
  void theSumOfABodyIsThatOfTheSdk() {
    for (int length : new int[] {0, 1, 7, 8, 9, 100, 4096, 100_003}) {
      byte[] content = new byte[length];
      new Random(length).nextBytes(content);

      assertThat(Crc64.of(ByteBuffer.wrap(content)))
          .isEqualTo(StorageCrc64Calculator.compute(content, 0));
    }
  }

  private static void write(ObjectStore store, int length, WriterOptions options)
      throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(MIB);
    try (ObjectWriter writer = store.createWriter(OBJECT, options)) {
      for (int written = 0; written < length; written += MIB) {
        writer.write(chunk.clear());
      }
      writer.complete();
    }
  }

  private List<Integer> blockSizes() {
    return heads.stream()
        .filter(ScriptedAzure::isBlock)
        .map(head -> Integer.parseInt(field(head, "Content-Length")))
        .toList();
  }
}
