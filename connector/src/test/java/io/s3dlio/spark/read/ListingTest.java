package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StoreConfig;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.spark.sql.AnalysisException;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static final ListSettings RECURSIVE = new ListSettings(true, StoreConfig.DEFAULT, 100);
  private static final ListSettings FLAT = new ListSettings(false, StoreConfig.DEFAULT, 100);

  private final FakeStore store = FakeStore.of("s3://b/d/a", "s3://b/d/e/f");
  private final Listing listing =
      new Listing(List.of(Location.parse("s3://b/d/")), (location, config) -> store);

  @Test
  void listsWhenItIsFirstAskedAndThenNeverAgain() {
    assertThat(listing.known(RECURSIVE)).isEmpty();
    assertThat(store.listings).hasValue(0);

    ObjectIndex first = listing.objects(RECURSIVE);

    assertThat(listing.objects(RECURSIVE)).isSameAs(first);
    assertThat(listing.known(RECURSIVE)).containsSame(first);
    assertThat(store.listings).hasValue(1);
  }

  @Test
  void optionsThatChangeTheResultHaveAListingOfTheirOwn() {
    assertThat(listing.objects(RECURSIVE).objects()).isEqualTo(2);
    assertThat(listing.objects(FLAT).objects()).isEqualTo(1);
    assertThat(store.listings).hasValue(2);
  }

  @Test
  void threadsThatAskTogetherShareOneListing() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<ObjectIndex>> results =
          IntStream.range(0, threads)
              .mapToObj(
                  i ->
                      executor.submit(
                          () -> {
                            start.await();
                            return listing.objects(RECURSIVE);
                          }))
              .toList();
      for (Future<ObjectIndex> result : results) {
        assertThat(result.get()).isSameAs(results.get(0).get());
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(store.listings).hasValue(1);
  }

  @Test
  void aListingThatFailedIsTriedAgain() {
    FakeStore later = new FakeStore();
    Listing missing =
        new Listing(List.of(Location.parse("s3://b/none/")), (location, config) -> later);

    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> missing.objects(RECURSIVE))
        .withMessageContaining("s3://b/none/ (there is no such object or prefix)")
        .withCauseInstanceOf(NotFoundException.class);
    assertThat(missing.known(RECURSIVE)).isEmpty();

    later.add("s3://b/none/x", 1);
    assertThat(missing.objects(RECURSIVE).objects()).isEqualTo(1);
  }
}
