package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Config.Transport;
import io.s3dlio.storage.s3.S3Credentials;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Loaders over a server of S3 and files, and over a server that stops to answer. */
@Timeout(180)
@ExtendWith(NoLeaks.class)
class LoaderStoresTest {
  private static final S3Server SERVER = S3Server.best();
  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final String BUCKET = "loader-" + UUID.randomUUID();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  static Path folder;

  private static final Map<String, byte[]> CONTENT = new HashMap<>();

  @BeforeAll
  static void fill() throws Exception {
    try (S3Client client = SERVER.client()) {
      client.createBucket(create -> create.bucket(BUCKET));
    }
    fill("s3://" + BUCKET + "/train/");
    fill("file://" + folder + "/train/");
  }

  private static void fill(String prefix) throws Exception {
    Random random = new Random(7);
    try (ObjectStore store =
        ObjectStores.forUri(prefix, config(Transport.OWN, SERVER.endpoint()))) {
      for (int i = 0; i < 60; i++) {
        byte[] bytes = new byte[i % 20 == 0 ? 3 << 20 : 1 + random.nextInt(100_000)];
        random.nextBytes(bytes);
        Location location = Location.parse(prefix + "%03d".formatted(i));
        ByteBuffer content = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        store.put(location, content, WriterOptions.DEFAULT);
        CONTENT.put(location.toString(), bytes);
      }
    }
  }

  private static StoreConfig config(Transport transport, URI endpoint) {
    return config(transport, endpoint, DEADLINE);
  }

  private static StoreConfig config(Transport transport, URI endpoint, Duration deadline) {
    return StoreConfig.DEFAULT.withS3(
        S3Config.builder()
            .endpoint(endpoint)
            .region("us-east-1")
            .credentials(new S3Credentials(SERVER.accessKeyId(), SERVER.secretAccessKey(), ""))
            .transport(transport)
            .requestTimeout(deadline)
            .build());
  }

  private static LoaderOptions options(Transport transport) {
    return LoaderOptions.DEFAULT
        .withStoreConfig(config(transport, SERVER.endpoint()))
        .withPartSize(1 << 20)
        .withBatchSize(7);
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void bothLoadersReadAPrefixOfS3(Transport transport) throws Exception {
    String uri = "s3://" + BUCKET + "/train/";
    try (DataLoader loader =
            DataLoader.createLoader(uri, options(transport).withShuffle(true).withLeases(true));
        AsyncPoolDataLoader async =
            AsyncPoolDataLoader.createAsyncLoader(uri, options(transport))) {
      assertThat(check(loader.stream())).hasSize(60).doesNotHaveDuplicates();
      assertThat(check(async.stream())).hasSize(60).doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void oneDataSetHasObjectsOfSeveralStores(Transport transport) throws Exception {
    List<String> uris = new ArrayList<>(CONTENT.keySet());
    uris.sort(
        (one, other) ->
            one.substring(one.length() - 3).compareTo(other.substring(other.length() - 3)));
    try (Dataset dataset =
            MultiBackendDataset.fromUris(uris, config(transport, SERVER.endpoint()));
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT)) {
      assertThat(check(loader.stream())).isEqualTo(uris);
    }
  }

  private static List<String> check(BatchStream batches) {
    List<String> seen = new ArrayList<>();
    try (batches) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          for (int i = 0; i < batch.size(); i++) {
            String uri = batch.location(i).toString();
            byte[] bytes = new byte[batch.length(i)];
            batch.item(i).get(bytes);
            assertThat(bytes).as(uri).isEqualTo(CONTENT.get(uri));
            seen.add(uri);
          }
        }
      }
    }
    return seen;
  }

  @Test
  void answersThatBreakOffAreReadOn() throws Exception {
    try (Relay relay =
            Relay.to(
                SERVER.endpoint(),
                connection ->
                    connection % 3 == 1 ? Plan.answerCut(Relay.End.RESET, 50_000) : Plan.NONE);
        DataLoader loader =
            DataLoader.createLoader(
                "s3://" + BUCKET + "/train/",
                options(Transport.OWN).withStoreConfig(config(Transport.OWN, relay.endpoint())))) {
      assertThat(check(loader.stream())).hasSize(60);
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void cancellingIsPromptAlthoughTheServerHangsAndThreadsEndWithItsDeadline(Transport transport)
      throws Exception {
    CancellationToken token = new CancellationToken();
    try (Relay relay =
            Relay.to(SERVER.endpoint(), connection -> Plan.answerCut(Relay.End.SILENCE, 0));
        Dataset dataset =
            MultiBackendDataset.fromUris(
                CONTENT.keySet().stream().filter(uri -> uri.startsWith("s3:")).toList(),
                config(transport, relay.endpoint()));
        DataLoader loader =
            new DataLoader(dataset, LoaderOptions.DEFAULT.withCancellationToken(token));
        AsyncPoolDataLoader async =
            new AsyncPoolDataLoader(dataset, LoaderOptions.DEFAULT.withCancellationToken(token));
        BatchStream one = loader.stream();
        BatchStream other = async.stream()) {
      CompletableFuture<Batch> first = CompletableFuture.supplyAsync(one::next);
      CompletableFuture<Batch> second = CompletableFuture.supplyAsync(other::next);
      while (relay.connections() < 4) {
        Thread.onSpinWait();
      }
      long start = System.nanoTime();
      token.cancel();
      for (CompletableFuture<Batch> waiting : List.of(first, second)) {
        assertThatThrownBy(waiting::get)
            .isInstanceOf(ExecutionException.class)
            .hasRootCauseInstanceOf(LoaderCancelledException.class);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("less than the deadline of a request")
          .isLessThan(DEADLINE);
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().startsWith("s3dlio-loader-")) {
          thread.join(30_000);
          assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
      }
    }
  }

  @Test
  void aServerThatNeverAnswersFailsTheStreamByItsDeadline() throws Exception {
    try (Relay relay =
            Relay.to(SERVER.endpoint(), connection -> Plan.answerCut(Relay.End.SILENCE, 0));
        Dataset dataset =
            MultiBackendDataset.fromUris(
                List.of("s3://" + BUCKET + "/train/000"),
                config(Transport.OWN, relay.endpoint(), Duration.ofMillis(200)));
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT);
        BatchStream batches = loader.stream()) {
      assertThatThrownBy(batches::nextBatch).isInstanceOf(StorageTimeoutException.class);
    }
  }
}
