package io.s3dlio.storage.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UploadThreadsTest {
  @Test
  void sendsSoManyAtOnceAndTheOthersAfterThem() throws Exception {
    UploadThreads threads = new UploadThreads(2);
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    List<Future<Integer>> parts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      parts.add(
          threads.submit(
              () -> {
                int atOnce = running.incrementAndGet();
                both.countDown();
                go.await();
                running.decrementAndGet();
                return atOnce;
              }));
    }
    both.await();
    go.countDown();

    for (Future<Integer> part : parts) {
      assertThat(part.get()).isBetween(1, 2);
    }
    threads.close();
  }

  @Test
  void aThreadThatIsIdleTakesTheNextPart() throws Exception {
    UploadThreads threads = new UploadThreads(128);
    Set<Thread> used = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      used.add(threads.submit(Thread::currentThread).get());
    }

    assertThat(used).hasSizeLessThan(20);
    threads.close();
  }

  @Test
  void takesNothingAfterItsEnd() {
    UploadThreads threads = new UploadThreads(1);
    threads.close();

    assertThatThrownBy(() -> threads.submit(() -> 1))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
