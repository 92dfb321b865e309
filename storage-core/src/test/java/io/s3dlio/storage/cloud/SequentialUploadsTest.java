package io.s3dlio.storage.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writers of uploads whose server takes one part after the other. */
@Timeout(60)
class SequentialUploadsTest {
  private static final Location OBJECT = new Location("gs", "bucket", "object");
  private static final int PART = 5 << 20;

  private final UploadThreads threads = new UploadThreads(8);
  private final List<Integer> sent = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  /** Counts the parts that are sent at once. */
  private class Counting implements Uploads, Upload {
    @Override
    public boolean isSequential() {
      return true;
    }

    @Override
    public Upload begin() {
      return this;
    }

    @Override
    public UploadedPart send(int number, ByteBuffer content) throws IOException {
      most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
      sent.add(number);
      Thread.yield();
      inFlight.decrementAndGet();
      return new UploadedPart(number, "", content.remaining(), 0);
    }

    @Override
    public ObjectInfo complete(List<UploadedPart> parts, long length) {
      return new ObjectInfo(OBJECT, length, Instant.EPOCH, "1");
    }

    @Override
    public void abort() {}
  }

  @AfterEach
  void stop() {
    threads.close();
  }

  @Test
  void partsOfAnyMemoryAreSentOneAfterTheOther() throws IOException {
    try (PartWriter writer = writer(new Counting(), 4)) {
      for (int i = 0; i < 20; i++) {
        writer.write(ByteBuffer.allocate(PART / 2));
        writer.write(ByteBuffer.allocateDirect(2 * PART));
      }
      assertThat(writer.complete().length()).isEqualTo(50L * PART);
    }

    assertThat(most).hasValue(1);
    assertThat(sent).hasSize(50).isSorted();
  }

  @Test
  void thePartAfterIsCollectedMeanwhileAndNoMore() throws Exception {
    CountDownLatch collected = new CountDownLatch(1);
    long before = BufferPool.shared().stats().leasedBytes();
    Counting waiting =
        new Counting() {
          @Override
          public UploadedPart send(int number, ByteBuffer content) throws IOException {
            if (number == 1 && !await(collected)) {
              throw new IOException("the writer waits for this part");
            }
            return super.send(number, content);
          }
        };
    try (PartWriter writer = writer(waiting, 4)) {
      writer.write(ByteBuffer.allocate(PART));
      writer.write(ByteBuffer.allocate(PART - 1));
      assertThat(BufferPool.shared().stats().leasedBytes() - before).isGreaterThan(PART);
      collected.countDown();
      writer.write(ByteBuffer.allocate(3 * PART));
      assertThat(BufferPool.shared().stats().leasedBytes() - before).isLessThanOrEqualTo(3L * PART);
      writer.complete();
    }

    assertThat(sent).containsExactly(1, 2, 3, 4, 5);
    assertThat(BufferPool.shared().stats().leasedBytes()).isEqualTo(before);
  }

  @Test
  void noPartFollowsOneThatFailed() throws IOException {
    Counting failing =
        new Counting() {
          @Override
          public UploadedPart send(int number, ByteBuffer content) throws IOException {
            super.send(number, content);
            if (number == 2) {
              throw new IOException("refused");
            }
            return new UploadedPart(number, "", content.remaining(), 0);
          }
        };
    try (PartWriter writer = writer(failing, 4)) {
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(6 * PART)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("refused");
    }

    assertThat(sent).containsExactly(1, 2);
  }

  private PartWriter writer(Uploads uploads, int partsInFlight) {
    PartPlan plan = new PartPlan(PART, partsInFlight, Integer.MAX_VALUE, 5L << 40);
    return new PartWriter(new NoStore(), uploads, plan, threads, OBJECT, WriterOptions.DEFAULT);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Nothing is put whole. */
  private static final class NoStore extends ReadOnlyStore {
    @Override
    public ObjectInfo stat(Location location) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void read(ReadRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) {
      throw new UnsupportedOperationException();
    }
  }
}
