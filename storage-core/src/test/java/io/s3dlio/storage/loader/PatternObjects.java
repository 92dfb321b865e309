package io.s3dlio.storage.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Objects whose bytes follow from key and offset, in the bucket {@code bucket}. It counts what is
 * asked of it; a test may do more with each read.
 */
final class PatternObjects extends ReadOnlyStore {
  final AtomicInteger stats = new AtomicInteger();
  final AtomicInteger lists = new AtomicInteger();
  final AtomicInteger inFlight = new AtomicInteger();
  final AtomicInteger mostInFlight = new AtomicInteger();
  final ConcurrentLinkedQueue<String> reads = new ConcurrentLinkedQueue<>();

  private final Map<String, Integer> sizes = new TreeMap<>(Location.KEY_ORDER);
  private int sizeOfOthers = -1;
  private Reader before = request -> {};

  /** Adds an object. */
  PatternObjects with(String key, int size) {
    sizes.put(key, size);
    return this;
  }

  /** Adds objects {@code 0000}, {@code 0001}, ... of a size. */
  static PatternObjects many(int count, int size) {
    PatternObjects objects = new PatternObjects();
    IntStream.range(0, count).forEach(i -> objects.with(key(i), size));
    return objects;
  }

  static String key(int index) {
    return "%04d".formatted(index);
  }

  /** Returns objects of a size, of whichever key is asked for. */
  static PatternObjects anyKey(int size) {
    PatternObjects objects = new PatternObjects();
    objects.sizeOfOthers = size;
    return objects;
  }

  /** Does something before each read: waits, or throws. */
  PatternObjects before(Reader action) {
    before = action;
    return this;
  }

  static Location location(String key) {
    return new Location("s3", "bucket", key);
  }

  static byte byteAt(String key, long offset) {
    return (byte) (key.hashCode() * 31L + offset + (offset >>> 8) * 7);
  }

  /** Returns a data set of all objects, as a listing tells of them. */
  Dataset listed() throws IOException {
    return dataset(PrefixItems.find(this, location(""), new CancellationToken()));
  }

  /** Returns a data set of objects of which nothing is known. */
  Dataset named(String... keys) {
    ItemTable.Builder items = new ItemTable.Builder();
    for (String key : keys) {
      items.add(location(""), location(key), OptionalLong.empty(), "");
    }
    return dataset(items.build());
  }

  /** Returns a data set of all objects, of which nothing is known. */
  Dataset named() {
    return named(sizes.keySet().toArray(String[]::new));
  }

  Dataset dataset(Items items) {
    return new Dataset(items, new DatasetStores(location -> this), StoreConfig.DEFAULT);
  }

  /** Fails unless a batch's items are the objects that they say. */
  void check(Batch batch) {
    for (int i = 0; i < batch.size(); i++) {
      String key = batch.location(i).key();
      ByteBuffer content = batch.item(i);
      assertThat(content.isReadOnly()).isTrue();
      assertThat(content.remaining()).as(key).isEqualTo(sizes.get(key)).isEqualTo(batch.length(i));
      for (int at = 0; at < content.limit(); at++) {
        if (content.get(at) != byteAt(key, at)) {
          throw new AssertionError("%s is wrong at byte %d".formatted(key, at));
        }
      }
    }
  }

  static List<String> keys(Batch batch) {
    return IntStream.range(0, batch.size()).mapToObj(i -> batch.location(i).key()).toList();
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    String key = request.location().key();
    int length = request.target().remaining();
    int now = inFlight.incrementAndGet();
    mostInFlight.accumulateAndGet(now, Math::max);
    reads.add("%s %d+%d".formatted(key, request.offset(), length));
    try {
      read(before, request);
      ObjectInfo object = info(request.location());
      if (!request.etag().isEmpty() && !request.etag().equals(object.etag())) {
        throw new AssertionError("Another version of " + key);
      }
      for (int i = 0; i < length; i++) {
        request.target().put(byteAt(key, request.offset() + i));
      }
    } finally {
      inFlight.decrementAndGet();
    }
  }

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    stats.incrementAndGet();
    return info(location);
  }

  private ObjectInfo info(Location location) throws NotFoundException {
    int size = sizes.getOrDefault(location.key(), sizeOfOthers);
    if (size < 0) {
      throw new NotFoundException(Failure.of("stat", location, "there is no such object"));
    }
    return new ObjectInfo(location, size, Instant.EPOCH, "e" + size);
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) {
    lists.incrementAndGet();
    List<String> keys =
        sizes.keySet().stream().filter(key -> key.startsWith(prefix.key())).toList();
    return new ObjectListing() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < keys.size();
      }

      @Override
      public ObjectInfo next() throws IOException {
        return info(prefix.withKey(keys.get(next++)));
      }

      @Override
      public void close() {}
    };
  }
}
