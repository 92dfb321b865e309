package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.range.RangeEngineConfig;
import io.s3dlio.storage.tuning.AdaptiveConfig;
import io.s3dlio.storage.tuning.WorkloadType;
import io.s3dlio.testing.NoLeaks;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is in force, where it came from, and that the running loader does just that. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
class LoaderSettingsTest {
  private static final int MIB = 1 << 20;

  @Test
  void defaultsAreThoseOfTheGuide() throws Exception {
    try (Dataset dataset = PatternObjects.many(1, 10).listed();
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT);
        AsyncPoolDataLoader async = new AsyncPoolDataLoader(dataset, LoaderOptions.DEFAULT)) {
      assertThat(loader.explain())
          .isEqualTo(
              """
              batchSize = 32 (default)
              maxConcurrency = 16 (default)
              prefetch = 2 (default)
              numWorkers = 0 (default)
              partSize = 8388608 (default)
              shuffle = false (default)
              epoch = 0 (default)
              shard = 0 of 1 (default)
              dropLast = false (default)
              errorPolicy = fail (default)
              leases = false (default)
              pinMemory = false (default)
              persistentWorkers = false (default)""");
      assertThat(async.explain())
          .contains(
              "maxConcurrency = 64 (default)\n",
              "pool.size = 64 (default)\n",
              "pool.readaheadBatches = 4 (default)\n",
              "pool.batchTimeout = PT30S (default)\n")
          .doesNotContain("prefetch");
    }
  }

  @Test
  void whatWasSetIsExplicitAndBeatsAnOverrideThatBeatsAdaptive() throws Exception {
    AdaptiveConfig config =
        AdaptiveConfig.ENABLED
            .withWorkloadType(WorkloadType.LARGE_FILE)
            .withMaxConcurrencyOverride(48);
    LoaderOptions options = LoaderOptions.DEFAULT.withAdaptiveConfig(config).withBatchSize(16);
    try (Dataset dataset = PatternObjects.many(1, 10).listed();
        DataLoader loader = new DataLoader(dataset, options);
        DataLoader explicit =
            new DataLoader(dataset, options.withMaxConcurrency(3).withPartSize(6 * MIB))) {
      assertThat(loader.explain())
          .contains(
              "batchSize = 16 (explicit)",
              "maxConcurrency = 48 (override)",
              "partSize = 33554432 (adaptive)",
              "batchBytes = ");
      assertThat(explicit.explain())
          .contains("maxConcurrency = 3 (explicit)", "partSize = 6291456 (explicit)");
    }
  }

  @Test
  void levelThreeIsShownInPlaceOfThePartSize() throws Exception {
    LoaderOptions options =
        LoaderOptions.DEFAULT
            .withPartSize(1)
            .withRange(RangeEngineConfig.DEFAULT.withChunkSize(4096));
    try (Dataset dataset = PatternObjects.many(1, 10).listed();
        DataLoader loader = new DataLoader(dataset, options)) {
      assertThat(loader.explain())
          .contains("range.chunkSize = 4096 (explicit)", "range.timeout = PT30S (explicit)")
          .doesNotContain("partSize");
    }
  }

  @Test
  void optionsShowInAPoolThatNobodyConfigured() throws Exception {
    LoaderOptions options = LoaderOptions.DEFAULT.withNumWorkers(2).withPrefetch(3);
    try (Dataset dataset = PatternObjects.many(1, 10).listed();
        AsyncPoolDataLoader loader = new AsyncPoolDataLoader(dataset, options);
        AsyncPoolDataLoader bounded =
            new AsyncPoolDataLoader(dataset, options.withMaxConcurrency(5))) {
      assertThat(loader.explain())
          .contains("pool.size = 32 (explicit)", "pool.readaheadBatches = 3 (explicit)");
      assertThat(bounded.settings(PoolConfig.DEFAULT).maxConcurrency()).hasToString("5 (explicit)");
    }
  }

  @Test
  void anAdaptiveLoaderOfSmallObjectsHasMoreRequestsInFlight() throws Exception {
    try (Dataset some = PatternObjects.many(1, 10).listed();
        DataLoader any = new DataLoader(some, LoaderOptions.DEFAULT.withAdaptive())) {
      int expected = any.settings().maxConcurrency().value();
      assertThat(expected).isGreaterThan(LoaderOptions.DEFAULT_MAX_CONCURRENCY);
      CyclicBarrier all = new CyclicBarrier(expected);
      PatternObjects objects =
          PatternObjects.many(expected, 10).before(request -> all.await(30, TimeUnit.SECONDS));
      LoaderOptions options = LoaderOptions.DEFAULT.withAdaptive().withBatchSize(expected);
      try (Dataset dataset = objects.listed();
          DataLoader loader = new DataLoader(dataset, options);
          AsyncPoolDataLoader async = new AsyncPoolDataLoader(dataset, options)) {
        loader.stream().forEachRemaining(objects::check);
        async.stream().forEachRemaining(objects::check);
      }
      assertThat(objects.mostInFlight).hasValue(expected);
    }
  }

  @Test
  void anAdaptiveLoaderOfMediumObjectsReadsLargerParts() throws Exception {
    PatternObjects objects = new PatternObjects().with("a", 20 * MIB);
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT.withAdaptive());
        BatchStream batches = loader.stream()) {
      batches.next();
    }
    assertThat(objects.reads)
        .containsExactlyInAnyOrder(
            "a 0+%d".formatted(16 * MIB), "a %d+%d".formatted(16 * MIB, 4 * MIB));
  }

  @Test
  void anAdaptiveLoaderBoundsTheBytesOfBatchesAhead() throws Exception {
    Semaphore read = new Semaphore(0);
    PatternObjects objects = PatternObjects.many(80, 1000).before(request -> read.release());
    LoaderOptions options =
        LoaderOptions.DEFAULT
            .withBatchSize(8)
            .withPrefetch(5)
            .withAdaptiveConfig(AdaptiveConfig.ENABLED.withBatchBytesOverride(16_000));
    try (Dataset dataset = objects.listed();
        DataLoader loader = new DataLoader(dataset, options);
        BatchStream batches = loader.stream()) {
      assertThat(read.tryAcquire(16, 30, TimeUnit.SECONDS)).isTrue();
      batches.next();
      assertThat(read.tryAcquire(8, 30, TimeUnit.SECONDS)).isTrue();
      batches.next();
      assertThat(read.tryAcquire(8, 30, TimeUnit.SECONDS)).isTrue();
      assertThat(objects.reads).as("two batches taken, two ahead").hasSize(32);
    }
  }

  @Test
  void valuesThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> LoaderOptions.DEFAULT.withBatchSize(0))
        .hasMessage("Invalid batchSize: 0 (must be >= 1)");
    assertThatThrownBy(() -> LoaderOptions.DEFAULT.withPrefetch(-1))
        .hasMessage("Invalid prefetch: -1 (must be >= 0)");
    assertThatThrownBy(() -> LoaderOptions.DEFAULT.withMaxConcurrency(0))
        .hasMessage("Invalid maxConcurrency: 0 (must be >= 1)");
    assertThatThrownBy(() -> LoaderOptions.DEFAULT.withPartSize(0))
        .hasMessage("Invalid partSize: 0 (must be >= 1)");
    assertThatThrownBy(() -> LoaderOptions.DEFAULT.withNumWorkers(-1))
        .hasMessage("Invalid numWorkers: -1 (must be >= 0)");
    assertThatThrownBy(() -> ErrorPolicy.skip(-1))
        .hasMessage("Invalid maxFailures: -1 (must be >= 0)");
  }
}
