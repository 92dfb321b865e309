package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.Predicates.column;
import static io.s3dlio.spark.read.Predicates.literal;
import static io.s3dlio.spark.read.Predicates.number;
import static io.s3dlio.spark.read.Predicates.predicate;
import static io.s3dlio.spark.read.Predicates.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters on columns of directories list the directories that they leave, and no others. */
class PartitionWalkTest {
  private static final PartitionColumns COLUMNS = columns("s3://b/d/");

  private static PartitionColumns columns(String base) {
    return new PartitionColumns(
        StructType.fromDDL("label string, n int"),
        List.of(PartitionColumns.Base.of(Location.parse(base))),
        false,
        "UTC",
        false);
  }

  private static ListSettings settings(PartitionColumns columns) {
    return new ListSettings(
        true,
        StoreConfig.DEFAULT,
        Integer.MAX_VALUE,
        ObjectFilter.ALL,
        true,
        Optional.empty(),
        columns);
  }

  private static Predicate label(String operator, String... labels) {
    return predicate(
        operator,
        Stream.concat(Stream.of(column("label")), Arrays.stream(labels).map(Predicates::text))
            .toArray(Expression[]::new));
  }

  private static Predicate n(String operator, int n) {
    return predicate(operator, column("n"), literal(n, DataTypes.IntegerType));
  }

  private static List<String> listed(FakeStore store, List<String> paths, Predicate... filters) {
    return keys(
        new Listing(paths.stream().map(Location::parse).toList(), (location, config) -> store)
            .objects(
                settings(COLUMNS), PathRange.ALL, PartitionFilter.of(List.of(filters), COLUMNS)));
  }

  private static List<String> keys(ObjectIndex index) {
    List<String> keys = new ArrayList<>();
    for (ObjectTable table : index.tables()) {
      IntStream.range(0, table.size()).forEach(i -> keys.add(table.location(i).key()));
    }
    return keys;
  }

  private static FakeStore store(int objects, String... directories) {
    FakeStore store = new FakeStore();
    for (String directory : directories) {
      for (int i = 0; i < objects; i++) {
        store.add("s3://b/d/" + directory + "/" + i, 10);
      }
    }
    return store;
  }

  @Test
  void onlyTheDirectoriesThatAFilterLeavesAreListed() {
    FakeStore store = store(3, "label=ant/n=1", "label=cat/n=1", "label=cat/n=2", "label=dog/n=1");

    assertThat(listed(store, List.of("s3://b/d/"), label("=", "cat")))
        .hasSize(6)
        .allMatch(key -> key.startsWith("d/label=cat/"));
    assertThat(store.listings).as("the level, and the directory").hasValue(2);
    assertThat(store.listed).hasValue(3 + 6);
  }

  @Test
  void eachLevelIsNarrowedByTheColumnsThatAreKnownThere() {
    FakeStore store = store(3, "label=ant/n=1", "label=cat/n=1", "label=cat/n=2", "label=dog/n=1");

    assertThat(listed(store, List.of("s3://b/d/"), label("IN", "cat", "dog"), n("=", 1)))
        .hasSize(6)
        .allMatch(key -> key.contains("/n=1/"));
    assertThat(store.listings).as("the levels, and two directories").hasValue(1 + 2 + 2);
  }

  @Test
  void aValueIsFoundHoweverItIsWritten() {
    FakeStore store =
        store(
            1, "label=cat/n=1", "label=%63at/n=01", "LABEL=cat/n=+1", "l%61bel=cat/n=2", "label=c");

    assertThat(listed(store, List.of("s3://b/d/"), label("=", "cat"), n("=", 1)))
        .containsExactly("d/LABEL=cat/n=+1/0", "d/label=%63at/n=01/0", "d/label=cat/n=1/0");
  }

  @Test
  void whatHasNoSuchDirectoryIsListedSoThatItIsMissed() {
    FakeStore store =
        store(1, "label=cat", "label=dog", "other", "n=1/label=dog").add("s3://b/d/x", 1);

    assertThat(listed(store, List.of("s3://b/d/"), label("=", "cat")))
        .containsExactly("d/label=cat/0", "d/other/0", "d/x");
    assertThat(listed(store, List.of("s3://b/d/"), label("<>", "dog"), n("<>", 2)))
        .containsExactly("d/label=cat/0", "d/other/0", "d/x");
  }

  @Test
  void aFilterThatLeavesAllOrTooManyDirectoriesNarrowsNothing() {
    FakeStore all = store(1, "label=cat", "label=dog");

    assertThat(listed(all, List.of("s3://b/d/"), label(">", "a"))).hasSize(2);
    assertThat(all.listings).as("the level, and the whole").hasValue(2);

    FakeStore many =
        store(
            1,
            IntStream.rangeClosed(0, PartitionWalk.MOST + 1)
                .mapToObj(i -> "label=" + i)
                .toArray(String[]::new));
    assertThat(listed(many, List.of("s3://b/d/"), label("<>", "7")))
        .hasSize(PartitionWalk.MOST + 2);
    assertThat(many.listings).hasValue(2);
  }

  @Test
  void aPathThatAFilterLeavesOutIsAskedForNoMoreThanWhetherItIsThere() {
    FakeStore store = store(5, "label=ant", "label=cat");

    assertThat(
            listed(store, List.of("s3://b/d/label=ant/", "s3://b/d/label=cat/"), label("=", "cat")))
        .hasSize(5);
    assertThat(store.listings).hasValue(2);
    assertThat(listed(store, List.of("s3://b/d/"), label("=", "none"))).isEmpty();
    for (Predicate filter : List.of(label("=", "none"), label("=", "gnu"))) {
      assertThatExceptionOfType(AnalysisException.class)
          .isThrownBy(() -> listed(store, List.of("s3://b/d/label=gnu/"), filter))
          .withMessageContaining("PATH_NOT_FOUND");
    }
  }

  @Test
  void filtersOfOtherColumnsNarrowNothing() {
    List<Predicate> others =
        List.of(
            predicate("=", column("length"), number(10)),
            predicate("OR", label("=", "cat"), predicate("=", column("length"), number(1))),
            predicate("=", column("label"), column("path")),
            predicate("=", text("a"), text("b")),
            predicate("RLIKE", column("label"), text("a")));

    assertThat(PartitionFilter.of(others, COLUMNS)).isSameAs(PartitionFilter.ALL);
    assertThat(PartitionFilter.of(List.of(label("=", "a")), PartitionColumns.NONE))
        .isSameAs(PartitionFilter.ALL);
  }

  @Test
  void aPartIsKeptAndTheWholeIsTakenForAnyPart() {
    FakeStore store = store(3, "label=ant", "label=cat");
    Listing listing =
        new Listing(List.of(Location.parse("s3://b/d/")), (location, config) -> store);
    ListSettings settings = settings(COLUMNS);

    ObjectIndex part = listing.objects(settings, PathRange.ALL, filter("cat"));
    assertThat(listing.objects(settings, PathRange.ALL, filter("cat"))).isSameAs(part);
    assertThat(listing.objects(settings, PathRange.ALL, filter("ant"))).isNotSameAs(part);
    assertThat(listing.known(settings)).isEmpty();
    ObjectIndex all = listing.objects(settings);
    assertThat(listing.objects(settings, PathRange.ALL, filter("cat"))).isSameAs(all);
  }

  private static PartitionFilter filter(String label) {
    return PartitionFilter.of(List.of(label("=", label)), COLUMNS);
  }

  /** A part of any tree is what a filter leaves of all of it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyPartOfAnyTreeIsWhole(long seed) throws Refusal {
    Random random = new Random(seed);
    List<String> labels = List.of("cat", "%63at", "a b", "", "dog", "__HIVE_DEFAULT_PARTITION__");
    FakeStore store = new FakeStore();
    for (int i = 0; i < 200; i++) {
      String label = labels.get(random.nextInt(labels.size()));
      String between = random.nextInt(10) == 0 ? "x/" : "";
      store.add(
          "s3://b/d/%slabel=%s/n=%d/%d"
              .formatted(between, label.isEmpty() ? "e" : label, random.nextInt(4), i),
          1);
    }
    List<Location> root = List.of(Location.parse("s3://b/d/"));
    ObjectIndex all = new Listing(root, (location, config) -> store).objects(settings(COLUMNS));
    for (int round = 0; round < 30; round++) {
      List<Predicate> predicates =
          List.of(
              label(operator(random), List.of("cat", "a b", "d", "").get(random.nextInt(4))),
              random.nextBoolean()
                  ? n(operator(random), random.nextInt(4))
                  : predicate("OR", label("=", "dog"), n("<", random.nextInt(4))));
      Filters filters = Filters.NONE;
      for (Predicate each : predicates) {
        filters =
            filters.and(each, new PredicateCompiler(new Known(false, 0, COLUMNS)).compile(each));
      }

      ObjectIndex part =
          new Listing(root, (location, config) -> store)
              .objects(settings(COLUMNS), PathRange.ALL, PartitionFilter.of(predicates, COLUMNS));

      assertThat(keys(filters.of(part))).as("%s", predicates).isEqualTo(keys(filters.of(all)));
    }
  }

  private static String operator(Random random) {
    return List.of("=", "<", "<=", ">", ">=", "<>", "<=>").get(random.nextInt(7));
  }
}
