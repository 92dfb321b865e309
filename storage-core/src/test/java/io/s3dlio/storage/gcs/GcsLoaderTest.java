package io.s3dlio.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.loader.Batch;
import io.s3dlio.storage.loader.BatchStream;
import io.s3dlio.storage.loader.DataLoader;
import io.s3dlio.storage.loader.LoaderOptions;
import io.s3dlio.testing.GcsServer;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** A loader over a bucket, and over connections to it that break. */
@EnabledIf("io.s3dlio.testing.GcsServer#isThere")
@Timeout(180)
@ExtendWith(NoLeaks.class)
class GcsLoaderTest {
  private static final GcsFixture FIXTURE = new GcsFixture(GcsServer.fake().orElseThrow());
  private static final Location PREFIX = FIXTURE.freshPrefix();
  private static final Map<String, byte[]> CONTENT = new HashMap<>();

  @BeforeAll
  static void fill() throws Exception {
    Random random = new Random(7);
    ObjectStore store = FIXTURE.open();
    for (int i = 0; i < 60; i++) {
      byte[] bytes = new byte[i % 20 == 0 ? 9 << 20 : 1 + random.nextInt(100_000)];
      random.nextBytes(bytes);
      Location location = PREFIX.append("%03d".formatted(i));
      store.put(location, ByteBuffer.wrap(bytes), WriterOptions.DEFAULT);
      CONTENT.put(location.toString(), bytes);
    }
  }

  private static void check(URI endpoint) throws Exception {
    StoreConfig config = StoreConfig.DEFAULT.withGcs(FIXTURE.config().withEndpoint(endpoint));
    int seen = 0;
    try (DataLoader loader =
            DataLoader.createLoader(
                PREFIX.toString(), LoaderOptions.DEFAULT.withBatchSize(7).withStoreConfig(config));
        BatchStream batches = loader.stream()) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          for (int i = 0; i < batch.size(); i++) {
            byte[] bytes = new byte[batch.length(i)];
            batch.item(i).get(bytes);
            assertThat(bytes).isEqualTo(CONTENT.get(batch.location(i).toString()));
            seen++;
          }
        }
      }
    }
    assertThat(seen).isEqualTo(60);
  }

  @Test
  void everyObjectIsLoadedAsItWasWritten() throws Exception {
    check(FIXTURE.server().endpoint());
  }

  @Test
  void answersThatBreakOffAreReadOn() throws Exception {
    try (Relay relay =
        Relay.to(
            FIXTURE.server().endpoint(),
            connection ->
                connection % 3 == 1 ? Plan.answerCut(Relay.End.RESET, 50_000) : Plan.NONE)) {
      check(relay.endpoint());
      assertThat(relay.connections()).isGreaterThan(3);
    }
  }
}
