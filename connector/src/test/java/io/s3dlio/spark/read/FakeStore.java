package io.s3dlio.spark.read;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A store that knows names and sizes, counts what it is asked, and reads as a test wants. */
final class FakeStore extends ReadOnlyStore {
  static final Instant TIME = Instant.parse("2024-02-03T04:05:06.789012345Z");

  final AtomicInteger listings = new AtomicInteger();
  final AtomicInteger listed = new AtomicInteger();
  final AtomicInteger stats = new AtomicInteger();
  final AtomicInteger reads = new AtomicInteger();
  volatile Reader reader = FakeStore::fill;
  private final Map<Location, ObjectInfo> objects = new TreeMap<>(FakeStore::compare);

  private static int compare(Location one, Location other) {
    return Location.KEY_ORDER.compare(one.toString(), other.toString());
  }

  static FakeStore of(String... locations) {
    FakeStore store = new FakeStore();
    Stream.of(locations).forEach(location -> store.add(location, 10));
    return store;
  }

  FakeStore add(String location, long length) {
    Location parsed = Location.parse(location);
    objects.put(parsed, new ObjectInfo(parsed, length, TIME, "e-" + length));
    return this;
  }

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    stats.incrementAndGet();
    ObjectInfo object = objects.get(location);
    if (object == null) {
      throw new NotFoundException(Failure.of("stat", location, "there is no such object"));
    }
    return object;
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) {
    listings.incrementAndGet();
    Iterator<ObjectInfo> found =
        objects.values().stream()
            .map(object -> options.directories() ? atLevel(object, prefix) : object)
            .filter(object -> isListed(object, prefix, options))
            .distinct()
            .iterator();
    return new ObjectListing() {
      @Override
      public boolean hasNext() {
        return found.hasNext();
      }

      @Override
      public ObjectInfo next() {
        listed.incrementAndGet();
        return found.next();
      }

      @Override
      public void close() {}
    };
  }

  private static ObjectInfo atLevel(ObjectInfo object, Location prefix) {
    String key = object.location().key();
    int slash = key.startsWith(prefix.key()) ? key.indexOf('/', prefix.key().length()) : -1;
    return slash < 0
        ? object
        : ObjectInfo.directory(object.location().withKey(key.substring(0, slash + 1)));
  }

  private static boolean isListed(ObjectInfo object, Location prefix, ListOptions options) {
    Location location = object.location();
    return location.container().equals(prefix.container())
        && location.key().startsWith(prefix.key())
        && Location.KEY_ORDER.compare(location.key(), options.startAfter()) > 0
        && (options.recursive()
            || object.isDirectory()
            || location.key().indexOf('/', prefix.key().length()) < 0);
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    reads.incrementAndGet();
    read(reader, request);
  }

  /** Fills a range with bytes that tell their place: the low byte of their offset. */
  static void fill(ReadRequest request) {
    ByteBuffer target = request.target();
    for (long at = request.offset(); target.hasRemaining(); at++) {
      target.put((byte) at);
    }
  }
}
