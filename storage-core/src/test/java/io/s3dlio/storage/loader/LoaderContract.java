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
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Loaders over a service's store and files, and over a server that stops to answer. */
@Timeout(180)
@ExtendWith(NoLeaks.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LoaderContract {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  static Path folder;

  private final Map<String, byte[]> content = new HashMap<>();

  /** Returns a container that is there, as a URI that ends with a slash. */
  abstract String container() throws Exception;

  /** Returns where the service is. */
  abstract URI server();

  /**
   * @param server the service's, or what stands before it
   * @param deadline of each request
   */
  abstract StoreConfig config(URI server, Duration deadline);

  private String prefix = "";

  @BeforeAll
  void fill() throws Exception {
    prefix = container() + "train/";
    fill(prefix);
    fill("file://" + folder + "/train/");
  }

  private void fill(String uri) throws Exception {
    Random random = new Random(7);
    try (ObjectStore store = ObjectStores.forUri(uri, config(server(), DEADLINE))) {
      for (int i = 0; i < 60; i++) {
        byte[] bytes = new byte[i % 20 == 0 ? 3 << 20 : 1 + random.nextInt(100_000)];
        random.nextBytes(bytes);
        Location location = Location.parse(uri + "%03d".formatted(i));
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        store.put(location, buffer, WriterOptions.DEFAULT);
        content.put(location.toString(), bytes);
      }
    }
  }

  private LoaderOptions options() {
    return LoaderOptions.DEFAULT
        .withStoreConfig(config(server(), DEADLINE))
        .withPartSize(1 << 20)
        .withBatchSize(7);
  }

  @Test
  void bothLoadersReadAPrefix() throws Exception {
    try (DataLoader loader =
            DataLoader.createLoader(prefix, options().withShuffle(true).withLeases(true));
        AsyncPoolDataLoader async = AsyncPoolDataLoader.createAsyncLoader(prefix, options())) {
      assertThat(check(loader.stream())).hasSize(60).doesNotHaveDuplicates();
      assertThat(check(async.stream())).hasSize(60).doesNotHaveDuplicates();
    }
  }

  @Test
  void oneDataSetHasObjectsOfSeveralStores() throws Exception {
    List<String> uris = new ArrayList<>(content.keySet());
    uris.sort(
        (one, other) ->
            one.substring(one.length() - 3).compareTo(other.substring(other.length() - 3)));
    try (Dataset dataset = MultiBackendDataset.fromUris(uris, config(server(), DEADLINE));
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT)) {
      assertThat(check(loader.stream())).isEqualTo(uris);
    }
  }

  private List<String> check(BatchStream batches) {
    List<String> seen = new ArrayList<>();
    try (batches) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          for (int i = 0; i < batch.size(); i++) {
            String uri = batch.location(i).toString();
            byte[] bytes = new byte[batch.length(i)];
            batch.item(i).get(bytes);
            assertThat(bytes).as(uri).isEqualTo(content.get(uri));
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
                server(),
                connection ->
                    connection % 3 == 1 ? Plan.answerCut(Relay.End.RESET, 50_000) : Plan.NONE);
        DataLoader loader =
            DataLoader.createLoader(
                prefix, options().withStoreConfig(config(relayed(relay), DEADLINE)))) {
      assertThat(check(loader.stream())).hasSize(60);
    }
  }

  @Test
  void cancellingIsPromptAlthoughTheServerHangsAndThreadsEndWithItsDeadline() throws Exception {
    CancellationToken token = new CancellationToken();
    try (Relay relay = Relay.to(server(), connection -> Plan.answerCut(Relay.End.SILENCE, 0));
        Dataset dataset =
            MultiBackendDataset.fromUris(
                content.keySet().stream().filter(uri -> uri.startsWith(prefix)).toList(),
                config(relayed(relay), DEADLINE));
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
    try (Relay relay = Relay.to(server(), connection -> Plan.answerCut(Relay.End.SILENCE, 0));
        Dataset dataset =
            MultiBackendDataset.fromUris(
                List.of(prefix + "000"), config(relayed(relay), Duration.ofMillis(200)));
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT);
        BatchStream batches = loader.stream()) {
      assertThatThrownBy(batches::nextBatch).isInstanceOf(StorageTimeoutException.class);
    }
  }

  private URI relayed(Relay relay) {
    return relay.endpoint().resolve(server().getPath());
  }
}
