package io.s3dlio.storage.gcs;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a writer's own settings change in the uploads that it makes. */
class GcsWriterOptionsTest extends ScriptedGcs {
  private static final int MIB = 1 << 20;

  /** Takes whatever comes. */
  private ObjectStore uploads() throws IOException {
    return open((n, head) -> answered(head));
  }

  private static String answered(String head) {
    if (isBegin(head)) {
      return session();
    }
    String range = field(head, "Content-Range");
    if (range.isEmpty()) {
      return found(24 * MIB, 17);
    }
    String total = range.substring(range.indexOf('/') + 1);
    return total.equals("*")
        ? resume(Long.parseLong(range.substring(range.indexOf('-') + 1, range.indexOf('/'))) + 1)
        : found(Long.parseLong(total), 17);
  }

  private List<Long> partSizes() {
    List<Long> sizes = new ArrayList<>();
    for (String head : List.copyOf(heads)) {
      if (head.startsWith("PUT") && !field(head, "Content-Length").equals("0")) {
        sizes.add(Long.parseLong(field(head, "Content-Length")) / MIB);
      }
    }
    heads.clear();
    return sizes;
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

  @Test
  void partsHaveTheSizeThatTheWriterAsksFor() throws IOException {
    ObjectStore store = uploads();

    write(store, 13 * MIB, WriterOptions.DEFAULT);
    assertThat(partSizes()).containsExactly(5L, 5L, 3L);
    write(store, 13 * MIB, WriterOptions.DEFAULT.withPartSize(6 * MIB));
    assertThat(partSizes()).containsExactly(6L, 6L, 1L);
    write(
        store,
        33 * MIB,
        WriterOptions.DEFAULT.withAdaptiveConfig(
            AdaptiveConfig.ENABLED.withWorkloadType(WorkloadType.LARGE_FILE)));
    assertThat(partSizes()).containsExactly(32L, 1L);
  }

  @Test
  void whatIsPutIsCutByItsSize() throws IOException {
    ObjectStore store = uploads();
    ByteBuffer content = ByteBuffer.allocateDirect(24 * MIB);

    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT);
    assertThat(partSizes()).containsExactly(5L, 5L, 5L, 5L, 4L);
    store.put(OBJECT, content.duplicate(), WriterOptions.DEFAULT.withPartSize(7 * MIB));
    assertThat(heads).as("it has no four parts").hasSize(1);
    assertThat(heads.get(0)).contains("uploadType=multipart");
  }

  @Test
  void memoryIsThatOfThePartUnderWayAndTheNext() throws IOException {
    ObjectStore store = uploads();
    long before = BufferPool.shared().stats().leasedBytes();
    AtomicLong peak = new AtomicLong();
    ByteBuffer chunk = ByteBuffer.allocate(MIB);
    WriterOptions options = WriterOptions.DEFAULT.withMaxConcurrency(8);
    try (ObjectWriter writer = store.createWriter(OBJECT, options)) {
      for (int i = 0; i < 60; i++) {
        writer.write(chunk.clear());
        long leased = BufferPool.shared().stats().leasedBytes() - before;
        peak.accumulateAndGet(leased, Math::max);
      }
      writer.complete();
    }

    assertThat(peak).hasValueBetween(5L * MIB, 2L * 5 * MIB);
    assertThat(BufferPool.shared().stats().leasedBytes()).isEqualTo(before);
  }

  @Test
  void anOverrideThatIsRefusedIsRefusedBeforeAnythingIsSent() throws IOException {
    ObjectStore store = uploads();
    WriterOptions options =
        WriterOptions.DEFAULT.withAdaptiveConfig(AdaptiveConfig.ENABLED.withPartSizeOverride(1000));

    assertThatThrownBy(() -> store.createWriter(OBJECT, options))
        .hasMessage("Invalid partSize: 1000 (must be in [5242880, 1073741824])");
    assertThat(heads).isEmpty();
  }
}
