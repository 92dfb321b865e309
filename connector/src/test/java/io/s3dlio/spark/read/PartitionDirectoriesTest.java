package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What it costs to find columns, and where they are looked for. */
class PartitionDirectoriesTest {
  private static final ListSettings FLAT = new ListSettings(false, StoreConfig.DEFAULT, 100);

  @BeforeAll
  static void start() {
    LocalSpark.session();
  }

  private static String columns(FakeStore store, Optional<Location> basePath, String... paths) {
    return PartitionDirectories.columns(
            List.of(paths).stream().map(Location::parse).toList(),
            basePath,
            FLAT,
            (location, config) -> store,
            "UTC")
        .toDDL();
  }

  @Test
  void eachDirectoryIsListedOnce() {
    FakeStore store = new FakeStore();
    for (int i = 0; i < 12; i++) {
      store.add("s3://b/d/label=%d/day=2024-01-0%d/x".formatted(i / 4, 1 + i % 4), 1);
    }

    assertThat(columns(store, Optional.empty(), "s3://b/d/")).isEqualTo("label INT,day DATE");
    assertThat(store.listings).hasValue(1 + 3 + 12);
  }

  @Test
  void ofADirectoryWithManyObjectsTheFirstAreEnough() {
    FakeStore store = new FakeStore();
    for (int i = 0; i < 3 * PartitionDirectories.SEEN; i++) {
      store.add("s3://b/d/k=1/%05d".formatted(i), 1);
    }

    assertThat(columns(store, Optional.empty(), "s3://b/d/")).isEqualTo("k INT");
    assertThat(store.listed.get()).isLessThanOrEqualTo(PartitionDirectories.SEEN + 1);
  }

  @Test
  void whatLiesBelowOtherDirectoriesIsNotLookedAt() {
    FakeStore store =
        FakeStore.of("s3://b/d/x/k=1/a", "s3://b/d/y", "s3://b/d/_hidden/k=1/a", "s3://b/d/.k=1/a");

    assertThat(columns(store, Optional.empty(), "s3://b/d/")).isEmpty();
    assertThat(store.listings).hasValue(1);
    assertThat(columns(store, Optional.of(Location.parse("s3://b/d")), "s3://b/d/x/"))
        .isEqualTo("k INT");
  }

  @Test
  void anObjectAndAPatternTellByTheirBasePathAlone() {
    FakeStore store =
        FakeStore.of("s3://b/d/k=1/l=2/a", "s3://b/d/k=2/l=3/a", "s3://b/d/k=2/l=4/b");
    Optional<Location> base = Optional.of(Location.parse("s3://b/d/"));

    assertThat(columns(store, Optional.empty(), "s3://b/d/k=1/l=2/a")).isEmpty();
    assertThat(columns(store, base, "s3://b/d/k=1/l=2/a")).isEqualTo("k INT,l INT");
    assertThat(columns(store, base, "s3://b/d/k=*")).isEqualTo("k INT,l INT");
    assertThat(columns(store, base, "s3://b/d/*/l=*")).isEqualTo("k INT,l INT");
    assertThat(columns(store, Optional.empty(), "s3://b/d/*/l=*")).isEmpty();
    assertThat(columns(store, Optional.empty(), "s3://b/d/k=1")).isEqualTo("l INT");
  }
}
