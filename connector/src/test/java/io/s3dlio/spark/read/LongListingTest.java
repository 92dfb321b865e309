package io.s3dlio.spark.read;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Credentials;
import io.s3dlio.storage.s3.S3Stores;
import io.s3dlio.testing.ListingServer;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long listings are made in pieces and come out as if they were not. */
@Timeout(300)
class LongListingTest {
  private static final ListSettings ALL =
      new ListSettings(true, StoreConfig.DEFAULT, Integer.MAX_VALUE);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private ListingServer server(String root, int objects, int perDirectory, long delayMillis)
      throws IOException {
    ListingServer server = new ListingServer(root, objects, perDirectory, delayMillis);
    open.add(server);
    return server;
  }

  private static ObjectStore store(ListingServer server) {
    return S3Stores.open(
        S3Config.builder()
            .endpoint(server.endpoint())
            .region("us-east-1")
            .credentials(new S3Credentials("id", "secret", ""))
            .build());
  }

  private static List<String> keys(ObjectStore store, ListSettings settings, String... paths)
      throws IOException {
    List<String> keys = new ArrayList<>();
    ObjectIndex index =
        ObjectLister.list(
            List.of(paths).stream().map(Location::parse).toList(),
            settings,
            (location, config) -> store);
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        keys.add(table.location(i).key());
      }
    }
    assertThat(index.objects()).isEqualTo(keys.size());
    return keys;
  }

  private static List<String> expected(ListingServer server, int objects) {
    return IntStream.range(0, objects).mapToObj(server::key).toList();
  }

  @Test
  void aPrefixWithoutDirectoriesCostsItsPagesAndNothingMore() throws IOException {
    ListingServer server = server("p/", 50_000, 0, 0);

    assertThat(keys(store(server), ALL, "s3://bucket/p/")).isEqualTo(expected(server, 50_000));

    assertThat(server.pages()).isEqualTo(50);
    assertThat(server.mostAtOnce()).isEqualTo(1);
  }

  @Test
  void directoriesOfFewObjectsAreNotWorthAQuestion() throws IOException {
    ListingServer server = server("p/", 50_000, 2, 0);

    assertThat(keys(store(server), ALL, "s3://bucket/p/")).isEqualTo(expected(server, 50_000));

    assertThat(server.pages()).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 1000, 3000, 20_000})
  void directoriesAreListedAtTheSameTimeAndInOrder(int perDirectory) throws IOException {
    ListingServer server = server("p/", 200_000, perDirectory, 2);

    assertThat(keys(store(server), ALL, "s3://bucket/p/")).isEqualTo(expected(server, 200_000));

    assertThat(server.mostAtOnce()).isBetween(4, ListThreads.MOST + 1);
    assertThat(server.pages()).as("200 and what pieces cost").isBetween(200, 300);
  }

  @Test
  void directoriesAreFoundHoweverDeepTheyAre() throws IOException {
    ListingServer server = server("p/only/one/way/", 60_000, 3000, 20);

    assertThat(keys(store(server), ALL, "s3://bucket/")).isEqualTo(expected(server, 60_000));

    assertThat(server.mostAtOnce()).isGreaterThan(3);
    assertThat(server.pages()).isBetween(60, 100);
  }

  @Test
  void manyPrefixesAreListedAtTheSameTime() throws IOException {
    ListingServer server = server("p/", 40_000, 1000, 5);
    String[] paths =
        IntStream.range(0, 40)
            .mapToObj(i -> "s3://bucket/p/d0000000" + (i < 10 ? "0" : "") + i + "/")
            .toArray(String[]::new);

    assertThat(keys(store(server), ALL, paths)).isEqualTo(expected(server, 40_000));

    assertThat(server.mostAtOnce()).isBetween(4, ListThreads.MOST);
    assertThat(server.pages()).isEqualTo(40);
  }

  @Test
  void theLimitHoldsForAllPiecesTogether() throws IOException {
    ListingServer server = server("p/", 200_000, 5000, 2);
    ListSettings limited = new ListSettings(true, StoreConfig.DEFAULT, 150_000);

    assertThatThrownBy(() -> keys(store(server), limited, "s3://bucket/p/"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the read has more than 150000 objects")
        .hasMessageContaining("maxListedObjects");
    assertThat(
            keys(
                store(server), new ListSettings(true, StoreConfig.DEFAULT, 200_000), "s3://bucket"))
        .hasSize(200_000);
  }

  /** Any tree gives what one listing gives, in its order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyTreeComesOutWholeAndInOrder(long seed) throws IOException {
    TreeStore store = TreeStore.random(new Random(seed), 30_000);

    assertThat(keys(store, ALL, "s3://bucket/"))
        .isEqualTo(store.keys.stream().filter(key -> !isHidden(key)).toList());
    if (seed % 2 == 0) {
      assertThat(store.listings.get()).as("trees of many directories are cut").isGreaterThan(1);
    }
  }

  private static boolean isHidden(String key) {
    return List.of(key.split("/")).stream().anyMatch(name -> name.startsWith("_"));
  }

  @Test
  void whereOnlyTheReadsOwnPrefixMayBeListedItIsListedFromEndToEnd() throws IOException {
    TreeStore store = TreeStore.random(new Random(2), 30_000);
    store.denied = true;

    assertThat(keys(store, ALL, "s3://bucket/"))
        .isEqualTo(store.keys.stream().filter(key -> !isHidden(key)).toList());
    assertThat(store.listings).hasValue(1);
  }

  @Test
  void aPieceThatFailsFailsTheListingAndEndsTheOthers() throws Exception {
    TreeStore store = TreeStore.random(new Random(2), 30_000);
    store.failAfter = new ArrayList<>(store.keys).get(20_000);

    assertThatThrownBy(() -> keys(store, ALL, "s3://bucket/"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("broken");
    joinThreads();
  }

  @Test
  void anInterruptedListingEndsAtOnceAndItsThreadsToo() throws Exception {
    ListingServer server = server("p/", 2000, 1000, 120_000);
    CompletableFuture<List<String>> result = new CompletableFuture<>();
    Thread driver =
        new Thread(
            () -> {
              try {
                result.complete(
                    keys(
                        store(server),
                        ALL,
                        "s3://bucket/p/d000000000/",
                        "s3://bucket/p/d000000001/"));
              } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    driver.start();
    while (server.pages() < 2) {
      Thread.onSpinWait();
    }

    driver.interrupt();

    assertThatThrownBy(() -> result.get(60, SECONDS))
        .hasCauseInstanceOf(InterruptedIOException.class);
    joinThreads();
  }

  private static void joinThreads() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("s3dlio-list-")) {
        thread.join(60_000);
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    }
  }

  /** Keys in memory, listed in their order. */
  private static final class TreeStore extends ReadOnlyStore implements CutListings {
    final NavigableSet<String> keys = new TreeSet<>(Location.KEY_ORDER);
    final AtomicInteger listings = new AtomicInteger();
    volatile String failAfter = "";
    volatile boolean denied;

    static TreeStore random(Random random, int size) {
      TreeStore store = new TreeStore();
      int fanOut = 2 + random.nextInt(40);
      int depth = 1 + random.nextInt(5);
      while (store.keys.size() < size) {
        StringBuilder key = new StringBuilder();
        int levels = random.nextInt(depth + 1);
        for (int i = 0; i < levels; i++) {
          String mark =
              List.of("", "_", "\uffee", "\ud83d\ude00", "-", "z/").get(random.nextInt(6));
          key.append(mark).append((int) Math.abs(random.nextGaussian() * fanOut)).append('/');
        }
        store.keys.add(key.append('f').append(random.nextInt()).toString());
      }
      return store;
    }

    @Override
    public ObjectListing list(Location prefix, ListOptions options) {
      listings.incrementAndGet();
      Iterator<String> found = keys.tailSet(options.startAfter(), false).iterator();
      return new ObjectListing() {
        @Override
        public boolean hasNext() {
          return found.hasNext();
        }

        @Override
        public ObjectInfo next() throws IOException {
          String key = found.next();
          if (!failAfter.isEmpty() && Location.KEY_ORDER.compare(key, failAfter) > 0) {
            throw new StorageException(Failure.of("list", prefix, "broken"));
          }
          return new ObjectInfo(prefix.withKey(key), 1, FakeStore.TIME, "e");
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public List<String> cuts(Location directory, String after) throws IOException {
      if (denied) {
        throw new AccessDeniedException(Failure.of("list", directory, "denied"));
      }
      List<String> cuts = new ArrayList<>();
      String from = after.isEmpty() ? directory.key() : after;
      String key = keys.higher(from);
      while (key != null && key.startsWith(directory.key()) && cuts.size() < 1000) {
        int slash = key.indexOf('/', directory.key().length());
        if (slash < 0) {
          key = keys.higher(key);
        } else {
          String cut = key.substring(0, slash + 1);
          if (Location.KEY_ORDER.compare(cut, after) > 0) {
            cuts.add(cut);
          }
          // A slash's next is what no key of the directory begins with.
          key = keys.ceiling(key.substring(0, slash) + '0');
        }
      }
      return cuts;
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
