package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A task that is killed while it waits for a store that says nothing. */
class KilledReadTest {
  private static final int LENGTH = 1000;
  private static final String GROUP = "waiting for a slow store";

  private final SparkSession spark = LocalSpark.session();
  private final ExecutorService handlers = Executors.newCachedThreadPool();
  private final CountDownLatch reading = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final HttpServer server;

  KilledReadTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.setExecutor(handlers);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    ReadFixture.awaitMemoryBack();
    server.stop(0);
    handlers.shutdown();
  }

  /** Lists and describes one object, and gives its bytes at the end of the test. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().add("ETag", "\"e\"");
      exchange.getResponseHeaders().add("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT");
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().add("Content-Length", String.valueOf(LENGTH));
        exchange.sendResponseHeaders(200, -1);
      } else if (exchange.getRequestURI().getPath().endsWith("/slow")) {
        reading.countDown();
        end.await();
        exchange.getResponseHeaders().add("Content-Range", "bytes 0-999/1000");
        exchange.sendResponseHeaders(206, LENGTH);
        exchange.getResponseBody().write(new byte[LENGTH]);
      } else {
        byte[] none =
            "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>".getBytes(UTF_8);
        exchange.sendResponseHeaders(200, none.length);
        exchange.getResponseBody().write(none);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "columnar, none, content, true",
    "columnar, none, content, false",
    "rows, none, content, true",
    "rows, none, content, false",
    "columnar, npz, data, true",
    "columnar, npz, data, false",
    "rows, npz, name, false",
    "rows, tfrecord, byteArray, false"
  })
  @Timeout(60)
  void endsAtOnceWhetherItsThreadIsInterruptedOrNot(
      String mode, String decode, String column, boolean interrupt) throws Exception {
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread job =
        new Thread(
            () -> {
              spark.sparkContext().setJobGroup(GROUP, "", interrupt);
              try {
                ReadFixture.s3dlio(mode)
                    .option("decode", decode)
                    .options(
                        decode.equals("tfrecord") ? Map.of("recordType", "ByteArray") : Map.of())
                    .option("endpoint", "http://127.0.0.1:" + server.getAddress().getPort())
                    .option("region", "us-east-1")
                    .option("accessKeyId", "a")
                    .option("secretAccessKey", "s")
                    .option("range.timeout", "1h")
                    .load("s3://bucket/slow")
                    .select(column)
                    .collectAsList();
                outcome.complete(new AssertionError("the job ended"));
              } catch (Throwable e) {
                outcome.complete(e);
              }
            });
    job.start();
    reading.await();

    spark.sparkContext().cancelJobGroup(GROUP);

    assertThat(outcome.get()).hasStackTraceContaining("cancelled");
    // Spark takes a task for ended before it is.
    ReadFixture.await(() -> !isWaiting(), "the end of the task");
    assertThat(end.getCount()).as("the store still says nothing").isEqualTo(1);
    job.join();
  }

  private static boolean isWaiting() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> !thread.getKey().getName().startsWith("s3dlio-decode"))
        .flatMap(thread -> Arrays.stream(thread.getValue()))
        .map(StackTraceElement::getClassName)
        .anyMatch(Set.of(BatchReader.class.getName(), ArrayBatchReader.class.getName())::contains);
  }
}
