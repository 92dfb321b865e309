package io.s3dlio.spark.read;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.config.NamePattern;
import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Long listings of a store that lists after no key come out as if one thread had made them. */
@Timeout(300)
class SharedListingTest {
  private static final ListSettings ALL =
      new ListSettings(true, StoreConfig.DEFAULT, Integer.MAX_VALUE);

  /** The orders of Azure's two kinds of accounts. */
  enum Account {
    FLAT(Comparator.naturalOrder()),
    /** No other character of a name is before this one. */
    HIERARCHICAL(Comparator.comparing(key -> key.replace('/', '\u0001')));

    final Comparator<String> order;

    Account(Comparator<String> order) {
      this.order = order;
    }
  }

  private static List<String> keys(LevelStore store, ListSettings settings, String... paths)
      throws IOException {
    List<String> keys = new ArrayList<>();
    ObjectIndex index =
        ObjectLister.list(
            Stream.of(paths).map(Location::parse).toList(), settings, (path, config) -> store);
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        keys.add(table.location(i).key());
      }
    }
    assertThat(index.objects()).isEqualTo(keys.size());
    return keys;
  }

  private static boolean isHidden(String key) {
    return Stream.of(key.split("/")).anyMatch(name -> name.startsWith("_"));
  }

  private static LevelStore eightDirectories(Account account, int each) {
    LevelStore store = new LevelStore(account);
    for (int i = 0; i < 8; i++) {
      store.fill("p/d" + i + "/", each);
    }
    return store;
  }

  static Stream<Arguments> trees() {
    return Stream.of(Account.values())
        .flatMap(
            account -> IntStream.range(0, 25).mapToObj(seed -> Arguments.of(account, (long) seed)));
  }

  /** Hidden names, empty directories, names like a directory's and any character among them. */
  @ParameterizedTest
  @MethodSource("trees")
  void anyTreeComesOutWholeAndInTheOrderOfItsServer(Account account, long seed) throws IOException {
    LevelStore store = LevelStore.random(account, new Random(seed), 30_000);
    List<String> expected = store.keys.stream().filter(key -> !isHidden(key)).toList();

    assertThat(keys(store, ALL, "az://container/")).isEqualTo(expected);
    assertThat(store.levels.get()).isPositive();

    assertThat(
            keys(
                store,
                new ListSettings(true, StoreConfig.DEFAULT, expected.size()),
                "az://container/"))
        .as("each is counted once")
        .hasSize(expected.size());
  }

  @Test
  void mostTreesAreShared() throws IOException {
    int shared = 0;
    for (long seed = 0; seed < 25; seed++) {
      LevelStore store = LevelStore.random(Account.FLAT, new Random(seed), 30_000);
      keys(store, ALL, "az://container/");
      shared += store.listings.get() > 1 ? 1 : 0;
    }
    assertThat(shared).isGreaterThan(20);
  }

  @ParameterizedTest
  @EnumSource
  void directoriesAreListedAtTheSameTime(Account account) throws IOException {
    LevelStore store = eightDirectories(account, 2500);
    CountDownLatch four = new CountDownLatch(4);
    store.beforeDirectory =
        () -> {
          four.countDown();
          assertThat(four.await(60, SECONDS)).as("four listings at the same time").isTrue();
        };

    assertThat(keys(store, ALL, "az://container/p/")).isEqualTo(List.copyOf(store.keys));

    assertThat(store.levels).hasValue(1);
    assertThat(store.listings)
        .as("this one's, and directories that it had not reached")
        .hasValue(6);
    assertThat(store.pages.get()).isLessThanOrEqualTo(20_000 / LevelStore.PAGE + 8 + 1);
  }

  @ParameterizedTest
  @EnumSource
  void directoriesAreFoundHoweverDeepTheyAre(Account account) throws IOException {
    LevelStore store = new LevelStore(account);
    for (int i = 0; i < 8; i++) {
      for (int j = 0; j < 8; j++) {
        store.fill("only/one/way/" + i + "/" + j + "/", 1000);
      }
    }

    assertThat(keys(store, ALL, "az://container/")).isEqualTo(List.copyOf(store.keys));

    assertThat(store.listings.get()).isGreaterThan(8);
    assertThat(store.pages.get()).isLessThanOrEqualTo(64_000 / LevelStore.PAGE + 64 + 3 + 1 + 8);
  }

  @Test
  void whatOneRequestListsCostsNoOther() throws IOException {
    LevelStore store = eightDirectories(Account.FLAT, LevelStore.PAGE / 8);

    assertThat(keys(store, ALL, "az://container/p/")).hasSize(LevelStore.PAGE);

    assertThat(store.pages).hasValue(1);
  }

  @Test
  void aPrefixWithoutDirectoriesCostsItsPagesAndNothingMore() throws IOException {
    LevelStore store = new LevelStore(Account.FLAT).fill("p/", 50_000);

    assertThat(keys(store, ALL, "az://container/p/")).isEqualTo(List.copyOf(store.keys));

    assertThat(store.pages).hasValue(10);
  }

  @Test
  void directoriesOfFewObjectsAreNotWorthARequestEach() throws IOException {
    LevelStore store = new LevelStore(Account.FLAT);
    for (int i = 0; i < 500; i++) {
      store.fill("p/%03d/".formatted(i), 100);
    }

    assertThat(keys(store, ALL, "az://container/p/")).isEqualTo(List.copyOf(store.keys));

    assertThat(store.pages).hasValue(10);
  }

  @Test
  void aDirectoryOfVeryManyIsLookedAtOnce() throws IOException {
    LevelStore store = new LevelStore(Account.FLAT).fill("p/a/", 30_000).fill("p/", 2000);

    assertThat(keys(store, ALL, "az://container/p/")).isEqualTo(List.copyOf(store.keys));

    assertThat(store.levels).hasValue(1);
    assertThat(store.listings).hasValue(1);
  }

  /** The objects of the other directories come with nothing but their names of the level. */
  @Test
  void objectsBesideDirectoriesAreTakenFromTheLevel() throws IOException {
    LevelStore store = new LevelStore(Account.FLAT).fill("p/a/", 20_000).fill("p/c/", 10);
    Stream.of("p/a", "p/a-b", "p/b", "p/c", "p/c!", "p/d", "p/_h").forEach(store.keys::add);

    assertThat(keys(store, ALL, "az://container/p/"))
        .isEqualTo(store.keys.stream().filter(key -> !isHidden(key)).toList());

    assertThat(store.listings).as("of all, and of c/").hasValue(2);
  }

  @Test
  void anObjectBetweenDirectoriesPutsNothingOff() throws IOException {
    LevelStore store = new LevelStore(Account.FLAT).fill("p/a/", 5000);
    store.keys.add("p/ab");
    store.fill("p/b/", 2500).fill("p/c/", 2500).fill("p/d/", 2500);

    assertThat(keys(store, ALL, "az://container/p/")).isEqualTo(List.copyOf(store.keys));

    assertThat(store.listings).as("with b/, and those of c/ and d/").hasValue(3);
  }

  @Test
  void filtersAndTheLimitHoldForAllPieces() throws IOException {
    LevelStore store = eightDirectories(Account.FLAT, 2500).fill("p/", 10);
    ObjectFilter filter =
        new ObjectFilter(Optional.of(new NamePattern("*7")), Long.MIN_VALUE, Long.MAX_VALUE);
    ListSettings settings =
        new ListSettings(
            true, StoreConfig.DEFAULT, 2001, filter, true, Optional.empty(), PartitionColumns.NONE);

    assertThat(keys(store, settings, "az://container/p/"))
        .isEqualTo(store.keys.stream().filter(key -> key.endsWith("7")).toList());
    assertThatThrownBy(
            () ->
                keys(
                    store,
                    new ListSettings(true, StoreConfig.DEFAULT, 20_009),
                    "az://container/p/"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the read has more than 20009 objects");
  }

  @ParameterizedTest
  @EnumSource
  void aPatternsPlacesAreSharedToo(Account account) throws IOException {
    LevelStore store = new LevelStore(account);
    for (String directory : List.of("a/", "a-b/", "b/")) {
      for (int i = 0; i < 4; i++) {
        store.fill("p/" + directory + i + "/", 2500);
      }
    }

    assertThat(keys(store, ALL, "az://container/p/a*"))
        .containsExactlyInAnyOrderElementsOf(
            store.keys.stream().filter(key -> key.startsWith("p/a")).toList());
    assertThat(store.listings.get()).isGreaterThan(2);
  }

  @Test
  void whereNoLevelMayBeListedThePrefixIsListedFromEndToEnd() throws IOException {
    LevelStore store = eightDirectories(Account.FLAT, 2500);
    store.denied = true;

    assertThat(keys(store, ALL, "az://container/p/")).isEqualTo(List.copyOf(store.keys));

    assertThat(store.listings).hasValue(1);
    assertThat(store.levels).hasValue(1);
  }

  @Test
  void aPartOfAPathIsSharedAsTheWholeIs() throws IOException {
    LevelStore store = new LevelStore(Account.FLAT);
    for (int i = 0; i < 8; i++) {
      store.fill("p/x/" + i + "/", 2500).fill("p/y/" + i + "/", 10);
    }
    ObjectIndex part =
        ObjectLister.list(
            List.of(Location.parse("az://container/p/")),
            ALL,
            new PathRange("az://container/p/x/", "", ""),
            PartitionFilter.ALL,
            (path, config) -> store);

    assertThat(part.objects()).isEqualTo(20_000);
    assertThat(store.listings).hasValue(6);
  }

  /** What a test does while a directory is about to be listed. */
  private interface Step {
    void run() throws InterruptedException;
  }

  /** Keys in memory in an account's order, listed by pages; empty directories beside them. */
  private static final class LevelStore extends ReadOnlyStore {
    static final int PAGE = 5000;

    private static final List<String> NAMES =
        List.of("a", "a-", "a b", "a!", "a.b", "_h", "\uffee", "\ud83d\ude00", "b", "b+", "b0");

    final NavigableSet<String> keys;
    final Set<String> empty = new LinkedHashSet<>();
    final AtomicInteger listings = new AtomicInteger();
    final AtomicInteger levels = new AtomicInteger();
    final AtomicInteger pages = new AtomicInteger();
    volatile Step beforeDirectory = () -> {};
    volatile boolean denied;

    LevelStore(Account account) {
      keys = new TreeSet<>(account.order);
    }

    LevelStore fill(String directory, int objects) {
      for (int i = 0; i < objects; i++) {
        keys.add(directory + "f%05d".formatted(i));
      }
      return this;
    }

    static LevelStore random(Account account, Random random, int size) {
      LevelStore store = new LevelStore(account);
      int fanOut = 2 + random.nextInt(NAMES.size() - 1);
      int depth = 1 + random.nextInt(3);
      List<String> directories = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        StringBuilder directory = new StringBuilder();
        int levels = random.nextInt(10) == 0 ? random.nextInt(depth + 1) : depth;
        for (int level = 0; level < levels; level++) {
          directory.append(NAMES.get((random.nextInt(fanOut) + i) % NAMES.size())).append('/');
        }
        directories.add(directory.toString());
      }
      // Of many objects each, of which few lie further up.
      List<String> deep = directories.stream().filter(key -> key.contains("/")).toList();
      while (store.keys.size() < size) {
        int at = (int) Math.min(deep.size() - 1, Math.abs(random.nextGaussian() * deep.size() / 2));
        store.keys.add(deep.get(at) + "f" + random.nextInt());
      }
      for (String directory : directories) {
        for (int slash = directory.indexOf('/'); slash >= 0; ) {
          if (random.nextBoolean()) {
            store.keys.add(directory.substring(0, slash));
          }
          if (random.nextBoolean()) {
            store.keys.add(directory.substring(0, slash) + "-x");
          }
          if (random.nextInt(4) == 0) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            store.empty.add(directory.substring(0, slash + 1) + name + "/");
          }
          slash = directory.indexOf('/', slash + 1);
        }
      }
      return store;
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) throws IOException {
      if (options.directories()) {
        levels.incrementAndGet();
        if (denied) {
          throw new AccessDeniedException(Failure.of("list", prefix, "denied"));
        }
        return paged(level(prefix).iterator());
      }
      listings.incrementAndGet();
      if (listings.get() > 1) {
        try {
          beforeDirectory.run();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      return paged(
          keys.stream()
              .filter(below(prefix))
              .filter(key -> options.recursive() || !nameBelow(prefix, key).contains("/"))
              .map(key -> object(prefix, key))
              .iterator());
    }

    /** Directories come first, as in a page of Azure's. */
    private List<ObjectInfo> level(Location prefix) {
      Set<ObjectInfo> directories = new LinkedHashSet<>();
      List<ObjectInfo> objects = new ArrayList<>();
      Stream.concat(keys.stream(), empty.stream())
          .filter(below(prefix))
          .forEach(
              key -> {
                int slash = key.indexOf('/', prefix.key().length());
                if (slash < 0) {
                  objects.add(object(prefix, key));
                } else {
                  directories.add(
                      ObjectInfo.directory(prefix.withKey(key.substring(0, slash + 1))));
                }
              });
      return Stream.concat(directories.stream(), objects.stream()).toList();
    }

    private static Predicate<String> below(Location prefix) {
      return key -> key.startsWith(prefix.key());
    }

    private static String nameBelow(Location prefix, String key) {
      return key.substring(prefix.key().length());
    }

    private static ObjectInfo object(Location prefix, String key) {
      return new ObjectInfo(prefix.withKey(key), 1, FakeStore.TIME, "e");
    }

    private ObjectListing paged(Iterator<ObjectInfo> found) {
      pages.incrementAndGet();
      return new ObjectListing() {
        private int given;

        @Override
        public boolean hasNext() {
          return found.hasNext();
        }

        @Override
        public ObjectInfo next() {
          if (given > 0 && given % PAGE == 0) {
            pages.incrementAndGet();
          }
          given++;
          return found.next();
        }

        @Override
        public void close() {}
      };
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
