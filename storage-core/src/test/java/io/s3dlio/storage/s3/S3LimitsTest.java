package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.transport.FullServer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Parts, attempts, connections and times keep to their settings. */
class S3LimitsTest extends ScriptedS3 {
  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void partsAreSentAtOnceUpToTheirLimit(S3Config.Transport transport) throws IOException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    String done =
        body(
            200,
            "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>",
            TIMES);
    ObjectStore store =
        open(
            (n, head) -> {
              if (head.startsWith("PUT")) {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                three.countDown();
                assertThat(await(three)).as("three parts at once").isTrue();
                now.decrementAndGet();
              }
              return head.startsWith("HEAD") ? head(30 << 20, "w", "") : uploading(n, head, done);
            },
            config -> config.transport(transport).partsInFlight(3));

    try (ObjectWriter writer = store.createWriter(OBJECT, WriterOptions.DEFAULT)) {
      for (int i = 0; i < 6; i++) {
        writer.write(ByteBuffer.allocate(5 << 20));
      }
      writer.complete();
    }

    assertThat(most).hasValue(3);
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void attemptsAndConnectionsHaveTheirLimit(S3Config.Transport transport) throws Exception {
    ObjectStore store =
        open(
            (n, head) -> head.startsWith("DELETE") ? NO_CONTENT : error(500, "InternalError"),
            config -> config.transport(transport).maxAttempts(2).maxConnections(1));

    assertThatThrownBy(() -> store.list(OBJECT, ListOptions.RECURSIVE).hasNext())
        .hasMessageContaining("Cannot list");
    assertThat(count.get()).isEqualTo(2);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> deletes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        deletes.add(
            threads.submit(
                () -> {
                  store.delete(OBJECT);
                  return null;
                }));
      }
      for (Future<?> delete : deletes) {
        delete.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(servers.get(0).connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"OWN, true", "OWN, false", "SDK, true", "SDK, false"})
  void aServerThatStaysSilentIsLeft(S3Config.Transport transport, boolean whole)
      throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    Duration brief = Duration.ofMillis(300);
    ObjectStore store =
        open(
            (n, head) -> {
              await(over);
              return NO_CONTENT;
            },
            config ->
                (whole
                        ? config.requestTimeout(brief)
                        : config.firstByteTimeout(brief).stallTimeout(brief))
                    .transport(transport)
                    .maxAttempts(1));

    String either =
        transport == S3Config.Transport.SDK
            ? "firstByteTimeout and stallTimeout"
            : "firstByteTimeout";
    assertThatThrownBy(() -> store.delete(OBJECT))
        .isInstanceOf(StorageTimeoutException.class)
        .hasMessageContaining("Cannot delete " + OBJECT)
        .hasMessageEndingWith(". Raise %s if that is too short", whole ? "requestTimeout" : either);
    over.countDown();
  }

  @ParameterizedTest
  @EnumSource(S3Config.Transport.class)
  void aServerThatTakesNoConnectionIsLeftByTheTimeToConnect(S3Config.Transport transport)
      throws IOException {
    try (FullServer full = new FullServer()) {
      ObjectStore store =
          open(
              (n, head) -> NO_CONTENT,
              config ->
                  config
                      .endpoint(URI.create("http://127.0.0.1:" + full.port()))
                      .connectTimeout(Duration.ofMillis(200))
                      .transport(transport)
                      .maxAttempts(1));

      assertThatThrownBy(() -> store.delete(OBJECT))
          .isInstanceOf(StorageTimeoutException.class)
          .hasMessageContaining("Cannot delete " + OBJECT)
          .hasMessageEndingWith(". Raise connectTimeout if that is too short");
    }
  }
}
