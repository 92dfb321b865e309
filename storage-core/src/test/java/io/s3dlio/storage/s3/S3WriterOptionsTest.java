package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.tuning.AdaptiveConfig;
import io.s3dlio.storage.tuning.WorkloadType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a writer's own settings change in the uploads that it makes. */
class S3WriterOptionsTest extends ScriptedS3 {
  private static final int MIB = 1 << 20;
  private static final String DONE =
      body(
          200,
          "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>",
          TIMES);

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void partsHaveTheSizeThatTheWriterAsksFor(S3Config.Transport transport) throws IOException {
    ObjectStore store = uploads(transport);

    write(store, 13 * MIB, WriterOptions.DEFAULT);
    assertThat(partSizes()).containsExactlyInAnyOrder(5 * MIB, 5 * MIB, 3 * MIB);
    heads.clear();
    write(store, 13 * MIB, WriterOptions.DEFAULT.withPartSize(6 * MIB));
    assertThat(partSizes()).containsExactlyInAnyOrder(6 * MIB, 6 * MIB, MIB);
    heads.clear();
    write(
        store,
        33 * MIB,
        WriterOptions.DEFAULT.withAdaptiveConfig(
            AdaptiveConfig.ENABLED.withWorkloadType(WorkloadType.LARGE_FILE)));
    assertThat(partSizes()).containsExactlyInAnyOrder(32 * MIB, MIB);
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void whatIsPutIsCutByItsSize(S3Config.Transport transport) throws IOException {
    ObjectStore store = uploads(transport);
    ByteBuffer content = ByteBuffer.allocateDirect(24 * MIB);

    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT);
    assertThat(partSizes()).hasSize(5).contains(5 * MIB, 4 * MIB);
    heads.clear();
    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT.withPartSize(6 * MIB));
    assertThat(partSizes()).containsExactly(6 * MIB, 6 * MIB, 6 * MIB, 6 * MIB);
    heads.clear();
    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT.withAdaptive());
    assertThat(partSizes()).as("it has no four parts of 16 MiB").isEmpty();
    assertThat(heads.stream().filter(head -> head.startsWith("PUT"))).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void asManyPartsAreSentAtOnceAsTheWriterAsksFor(S3Config.Transport transport) throws IOException {
    CountDownLatch together = new CountDownLatch(3);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ObjectStore store =
        open(
            (n, head) -> {
              if (!head.startsWith("PUT")) {
                return answered(n, head);
              }
              most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
              together.countDown();
              boolean came = await(together);
              inFlight.decrementAndGet();
              return came ? answered(n, head) : error(500, "TooFew");
            },
            config -> config.transport(transport).partsInFlight(1));

    write(store, 40 * MIB, WriterOptions.DEFAULT.withMaxConcurrency(3));

    assertThat(most).hasValue(3);
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void memoryIsBoundedByThePartsUnderWay(S3Config.Transport transport) throws IOException {
    ObjectStore store = uploads(transport);
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
  void aPartBeginsWithTheMemoryThatTheWriterAsksFor() throws IOException {
    ObjectStore store = uploads(S3Config.Transport.OWN);
    for (int size : new int[] {4096, 1 << 20}) {
      long before = BufferPool.shared().stats().leasedBytes();
      WriterOptions options = WriterOptions.DEFAULT.withBufferSize(size);
      try (ObjectWriter writer = store.createWriter(OBJECT, options)) {
        writer.write(ByteBuffer.allocate(1));
        assertThat(BufferPool.shared().stats().leasedBytes() - before).isEqualTo(size);
      }
    }
  }

  @Test
  void anOverrideThatS3RefusesIsRefusedBeforeAnythingIsSent() throws IOException {
    ObjectStore store = uploads(S3Config.Transport.OWN);
    WriterOptions options =
        WriterOptions.DEFAULT.withAdaptiveConfig(AdaptiveConfig.ENABLED.withPartSizeOverride(1000));

    assertThatThrownBy(() -> store.createWriter(OBJECT, options))
        .hasMessage("Invalid partSize: 1000 (must be in [5242880, 1073741824])");
    assertThat(heads).isEmpty();
  }

  private ObjectStore uploads(S3Config.Transport transport) throws IOException {
    return open((n, head) -> answered(n, head), config -> config.transport(transport));
  }

  private static String answered(int n, String head) {
    return head.startsWith("HEAD") ? head(1, "w", "") : uploading(n, head, DONE);
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

  private List<Integer> partSizes() {
    return heads.stream()
        .filter(head -> head.startsWith("PUT") && head.contains("partNumber="))
        .map(S3WriterOptionsTest::contentLength)
        .toList();
  }

  /** The SDK sends parts in chunks, which are longer. */
  private static int contentLength(String head) {
    Map<String, String> fields =
        Stream.of(head.split("\r\n"))
            .filter(line -> line.contains(": "))
            .map(line -> line.split(": ", 2))
            .collect(
                Collectors.toMap(field -> field[0].toLowerCase(Locale.ROOT), field -> field[1]));
    String decoded = fields.get("x-amz-decoded-content-length");
    return Integer.parseInt(decoded == null ? fields.get("content-length") : decoded);
  }
}
