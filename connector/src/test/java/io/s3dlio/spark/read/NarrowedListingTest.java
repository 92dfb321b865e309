package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.Predicates.path;
import static io.s3dlio.spark.read.ReadFixture.execution;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Credentials;
import io.s3dlio.storage.s3.S3Stores;
import io.s3dlio.testing.ListingServer;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a query that the listing answers costs of S3: pages of keys, and no more than it needs. */
class NarrowedListingTest {
  private static final ListSettings ALL =
      new ListSettings(true, StoreConfig.DEFAULT, Integer.MAX_VALUE);
  private static final int OBJECTS = 100_000;

  private ListingServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ListingServer("p/", OBJECTS, 1000, 0);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Listing listing(String... paths) {
    ObjectStore store =
        S3Stores.open(
            S3Config.builder()
                .endpoint(server.endpoint())
                .region("us-east-1")
                .credentials(new S3Credentials("id", "secret", ""))
                .build());
    return new Listing(
        List.of(paths).stream().map(Location::parse).toList(), (location, config) -> store);
  }

  private static List<String> keys(ObjectIndex index) {
    List<String> keys = new ArrayList<>();
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        keys.add(table.location(i).key());
      }
    }
    return keys;
  }

  private static PathRange range(Predicate... predicates) {
    return PathRangeFinder.rangeOf(List.of(predicates));
  }

  private List<String> expected(int from, int to) {
    List<String> keys = new ArrayList<>();
    for (int i = from; i < to; i++) {
      keys.add(server.key(i));
    }
    return keys;
  }

  @ParameterizedTest
  @CsvSource({
    "STARTS_WITH, s3://bucket/p/d00000001, 10000, 20000",
    "STARTS_WITH, s3://bucket/p/d000000042/f0000001, 42100, 42200",
    ">, s3://bucket/p/d000000095/, 95000, 100000",
    ">=, s3://bucket/p/d000000095/f000000500, 95500, 100000",
    "<, s3://bucket/p/d000000003/, 0, 3000",
    "=, s3://bucket/p/d000000042/f000000007, 42007, 42008",
    "STARTS_WITH, s3://bucket/p/none, 0, 0",
    ">, s3://bucket/q, 0, 0",
  })
  void aFilterOnThePathListsItsPartAlone(String operator, String text, int from, int to) {
    ObjectIndex index =
        listing("s3://bucket/p/").objects(ALL, range(path(operator, text)), PartitionFilter.ALL);

    assertThat(keys(index)).containsAll(expected(from, to));
    assertThat(index.objects()).isLessThanOrEqualTo(to - from + 1000);
    assertThat(server.pages())
        .as("pages, what pieces cost, and whether there is anything")
        .isLessThanOrEqualTo((to - from) / 1000 + 8);
  }

  @Test
  void manyPathsAreAskedForNoMoreThanWhetherTheyAreThere() {
    Listing listing =
        listing(
            "s3://bucket/p/d000000001/", "s3://bucket/p/d000000002/", "s3://bucket/p/d000000003/");

    ObjectIndex index =
        listing.objects(
            ALL, range(path("STARTS_WITH", "s3://bucket/p/d000000002/f0")), PartitionFilter.ALL);

    assertThat(keys(index)).isEqualTo(expected(2000, 3000));
    assertThat(server.pages()).isEqualTo(3);
  }

  @Test
  void aPathThatIsNotThereIsMissedInAnyPart() {
    Listing listing = listing("s3://bucket/none/");

    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(
            () ->
                listing.objects(
                    ALL, range(path("STARTS_WITH", "s3://bucket/none/x")), PartitionFilter.ALL))
        .withMessageContaining("PATH_NOT_FOUND");
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(
            () ->
                listing.objects(
                    ALL, range(path("STARTS_WITH", "s3://bucket/p/")), PartitionFilter.ALL));
  }

  @Test
  void aPartIsNeverTakenForAllAndAllIsTakenForAnyPart() {
    Listing listing = listing("s3://bucket/p/");
    PathRange part = range(path("STARTS_WITH", "s3://bucket/p/d000000001/"));

    assertThat(listing.objects(ALL, part, PartitionFilter.ALL).objects()).isEqualTo(1000);
    assertThat(listing.objects(ALL, part, PartitionFilter.ALL))
        .isSameAs(listing.objects(ALL, part, PartitionFilter.ALL));
    assertThat(server.pages()).isEqualTo(1);
    assertThat(listing.known(ALL)).isEmpty();
    assertThat(listing.objects(ALL).objects()).isEqualTo(OBJECTS);
    int pages = server.pages();

    PathRange other = range(path("STARTS_WITH", "s3://bucket/p/d000000002/"));
    assertThat(listing.objects(ALL, other, PartitionFilter.ALL)).isSameAs(listing.objects(ALL));
    assertThat(listing.objects(ALL, part, PartitionFilter.ALL)).isSameAs(listing.objects(ALL));
    assertThat(server.pages()).isEqualTo(pages);
  }

  @Test
  void whatNarrowsNothingIsTheListingOfAll() {
    Listing listing = listing("s3://bucket/p/d000000001/");

    assertThat(
            listing.objects(ALL, range(path("STARTS_WITH", "s3://bucket/")), PartitionFilter.ALL))
        .isSameAs(listing.objects(ALL));
    assertThat(server.pages()).isEqualTo(1);
  }

  /** A part of any tree is what a filter leaves of all of it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void anyPartOfAnyTreeIsWhole(long seed) throws IOException, Refusal {
    Random random = new Random(seed);
    Tree tree = new Tree(random, 20_000);
    List<Location> root = List.of(Location.parse("s3://bucket/d/"));
    ObjectIndex all = ObjectLister.list(root, ALL, (location, config) -> tree);
    for (int round = 0; round < 20; round++) {
      String near = "s3://bucket/" + tree.any(random);
      Predicate predicate =
          path(
              List.of("STARTS_WITH", "<", "<=", ">", ">=", "=").get(random.nextInt(6)),
              near.substring(0, 14 + random.nextInt(near.length() - 13)));
      Filters filters =
          Filters.NONE.and(predicate, new PredicateCompiler(false).compile(predicate));

      ObjectIndex part =
          ObjectLister.list(
              root, ALL, range(predicate), PartitionFilter.ALL, (location, config) -> tree);

      assertThat(keys(filters.of(part))).as("%s", predicate).isEqualTo(keys(filters.of(all)));
    }
  }

  @Test
  void whereOnlyTheReadsOwnPrefixMayBeListedItIsListed() throws IOException {
    Tree tree = new Tree(new Random(1), 3000);
    tree.denied = true;

    ObjectIndex index =
        ObjectLister.list(
            List.of(Location.parse("s3://bucket/d/")),
            ALL,
            range(path("STARTS_WITH", "s3://bucket/d/a")),
            PartitionFilter.ALL,
            (location, config) -> tree);

    assertThat(index.objects()).isEqualTo(3000);
  }

  private Dataset<Row> rows() {
    return s3dlio("columnar")
        .option("endpoint", server.endpoint().toString())
        .option("region", "us-east-1")
        .option("accessKeyId", "id")
        .option("secretAccessKey", "secret")
        .load("s3://bucket/p/");
  }

  @Test
  void countsAndSumsCostPagesAlone() {
    Dataset<Row> answer = rows().selectExpr("count(*)", "sum(length)", "max(path)");

    assertThat(answer.first().mkString(","))
        .isEqualTo(
            "%d,%d,s3://bucket/%s"
                .formatted(
                    OBJECTS,
                    100_000L * OBJECTS + (long) OBJECTS * (OBJECTS - 1) / 2,
                    server.key(OBJECTS - 1)));
    assertThat(server.pages()).isBetween(OBJECTS / 1000, OBJECTS / 1000 + 60);
  }

  @Test
  void aCountOfAPrefixCostsThePagesOfThatPrefix() {
    Dataset<Row> rows = rows();

    assertThat(rows.filter("path like 's3://bucket/p/d00000001%'").count()).isEqualTo(10_000);
    assertThat(server.pages()).isBetween(10, 16);
    assertThat(rows.filter("path >= 's3://bucket/p/d000000098' and length > 0").count())
        .isEqualTo(2000);
    assertThat(server.pages()).isBetween(12, 20);
    assertThat(
            execution(rows.filter("path = 's3://bucket/p/d000000001/f000000001'"))
                .executedPlan()
                .toString())
        .contains("not listed yet");
  }

  /** Keys in memory, of which a store lists what is asked for. */
  private static final class Tree extends ReadOnlyStore implements CutListings {
    private final NavigableSet<String> keys = new TreeSet<>(Location.KEY_ORDER);
    boolean denied;

    Tree(Random random, int size) {
      while (keys.size() < size) {
        StringBuilder key = new StringBuilder("d/");
        for (int i = random.nextInt(3); i > 0; i--) {
          key.append(List.of("a", "\u00e9", "\uffee", "-", "z").get(random.nextInt(5)));
          key.append(random.nextInt(5)).append('/');
        }
        keys.add(key.append('f').append(random.nextInt(size)).toString());
      }
    }

    String any(Random random) {
      return new ArrayList<>(keys).get(random.nextInt(keys.size()));
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) throws IOException {
      if (denied && !prefix.key().equals("d/")) {
        throw new AccessDeniedException(Failure.of("list", prefix, "denied"));
      }
      Iterator<String> found =
          keys.tailSet(options.startAfter(), false).stream()
              .filter(key -> key.startsWith(prefix.key()))
              .iterator();
      return new ObjectListing() {
        @Override
        public boolean hasNext() {
          return found.hasNext();
        }

        @Override
        public ObjectInfo next() {
          return new ObjectInfo(prefix.withKey(found.next()), 1, FakeStore.TIME, "e");
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public List<String> cuts(Location directory, String after) {
      return keys.tailSet(after, false).stream()
          .filter(key -> key.startsWith(directory.key()))
          .filter(key -> key.indexOf('/', directory.key().length()) >= 0)
          .map(key -> key.substring(0, key.indexOf('/', directory.key().length()) + 1))
          .distinct()
          .filter(cut -> Location.KEY_ORDER.compare(cut, after) > 0)
          .limit(1000)
          .toList();
    }

    @Override
    public ObjectInfo stat(Location location) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void read(ReadRequest request) {
      throw new UnsupportedOperationException();
    }
  }
}
