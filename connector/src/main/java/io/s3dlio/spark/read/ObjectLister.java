package io.s3dlio.spark.read;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists what the paths of a read name, once: several paths at the same time, and a long prefix in
 * pieces. What is known of the objects is kept in their order, whichever came first.
 */
final class ObjectLister {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectLister.class);

  private final ListSettings settings;
  private final PathRange range;
  private final Stores.Opener stores;
  private final ListThreads threads;
  private final AtomicLong objects = new AtomicLong();

  private ObjectLister(
      ListSettings settings, PathRange range, Stores.Opener stores, ListThreads threads) {
    this.settings = settings;
    this.range = range;
    this.stores = stores;
    this.threads = threads;
  }

  /**
   * Lists the objects that the locations name. A location is one object or, if there is no such
   * object or it can only be a prefix, what lies below it; hidden names below it are left out. A
   * recursive listing has each object once. Without recursion an object that several locations name
   * is listed for each, as Spark's file sources do.
   *
   * @throws NotFoundException if a location names nothing; an existing directory names its objects,
   *     however few
   */
  static ObjectIndex list(List<Location> locations, ListSettings settings, Stores.Opener stores)
      throws IOException {
    return list(locations, settings, PathRange.ALL, stores);
  }

  /**
   * Lists the objects in a range, and others where it costs no less to list them too.
   *
   * @throws NotFoundException if a location names nothing, in the range or not
   */
  static ObjectIndex list(
      List<Location> locations, ListSettings settings, PathRange range, Stores.Opener stores)
      throws IOException {
    try (ListThreads threads = new ListThreads()) {
      return new ObjectLister(settings, range, stores, threads).list(locations);
    }
  }

  /** Returns whether less has to be listed for a range than for all. */
  static boolean isNarrower(
      List<Location> locations, ListSettings settings, PathRange range, Stores.Opener stores) {
    return !range.equals(PathRange.ALL)
        && locations.stream()
            .anyMatch(
                location ->
                    isPart(
                        keys(
                            stores.open(location, settings.store()),
                            location.asPrefix(),
                            settings,
                            range),
                        location.asPrefix()));
  }

  /** Stores that list keys in their order can list a part; empty for none of it. */
  private static Optional<KeyRange> keys(
      ObjectStore store, Location prefix, ListSettings settings, PathRange range) {
    return store instanceof CutListings
        ? range.below(prefix, settings.recursive())
        : Optional.of(KeyRange.all(prefix));
  }

  private static boolean isPart(Optional<KeyRange> keys, Location prefix) {
    return !keys.equals(Optional.of(KeyRange.all(prefix)));
  }

  private ObjectIndex list(List<Location> locations) throws IOException {
    List<Callable<ReadRoot>> named = new ArrayList<>();
    for (Location location : locations) {
      named.add(() -> resolve(location));
    }
    List<ReadRoot> roots = threads.all(named);
    if (settings.recursive()) {
      roots = ReadRoot.withoutNested(roots);
    }
    List<Container> containers = containers(roots);
    List<Callable<ListedPiece>> prefixes = new ArrayList<>();
    for (Container container : containers) {
      for (ReadRoot root : container.roots()) {
        if (root.object() == null) {
          prefixes.add(() -> list(root.location(), container.prefix()));
        }
      }
    }
    List<ListedPiece> listed = prefixes.isEmpty() ? List.of() : threads.all(prefixes);
    threads.await();
    return joined(containers, listed);
  }

  /** Neighbouring roots of one container, and the longest prefix that they have in common. */
  private record Container(Location prefix, List<ReadRoot> roots) {}

  private static List<Container> containers(List<ReadRoot> roots) {
    List<Container> containers = new ArrayList<>();
    int start = 0;
    while (start < roots.size()) {
      int end = start + 1;
      while (end < roots.size() && sameContainer(roots.get(start), roots.get(end))) {
        end++;
      }
      List<ReadRoot> own = roots.subList(start, end);
      containers.add(new Container(commonPrefix(own), own));
      start = end;
    }
    return containers;
  }

  private static boolean sameContainer(ReadRoot one, ReadRoot other) {
    return one.location().scheme().equals(other.location().scheme())
        && one.location().container().equals(other.location().container());
  }

  private ReadRoot resolve(Location location) throws IOException {
    if (!location.isPrefix()) {
      try {
        return new ReadRoot(location, stores.open(location, settings.store()).stat(location));
      } catch (NotFoundException e) {
        if (settings.store().s3(location.container()).versionId() != null) {
          throw new NotFoundException(
              e.failure().withRemedy("Check the path and the option versionId"), e);
        }
        // Then it is a prefix.
      }
    }
    return new ReadRoot(location.asPrefix(), null);
  }

  private ListedPiece list(Location prefix, Location common) throws IOException {
    ObjectStore store = stores.open(prefix, settings.store());
    Optional<KeyRange> keys = keys(store, prefix, settings, range);
    ListedPiece whole =
        keys.isPresent()
            ? listed(store, prefix, keys.get(), common)
            : piece(store, prefix, KeyRange.all(prefix), common);
    boolean found =
        whole.hasFound()
            || threads.hasFailed()
            || (isPart(keys, prefix) && holdsAnything(store, prefix));
    if (!found && !isDirectory(prefix)) {
      throw new NotFoundException(
          Failure.of("list", prefix, "there is no such object or prefix")
              .withRemedy("Check the path"));
    }
    return whole;
  }

  private ListedPiece listed(ObjectStore store, Location prefix, KeyRange keys, Location common)
      throws IOException {
    ListedPiece piece = piece(store, prefix, keys, common);
    try {
      piece.list();
      return piece;
    } catch (AccessDeniedException e) {
      if (keys.prefix().equals(prefix) || piece.hasFound()) {
        throw e;
      }
      // A policy may allow the prefix of the read and no other.
      LOG.info("{} is listed for {}: {}", prefix, keys.prefix(), e.getMessage());
      return listed(store, prefix, new KeyRange(prefix, keys.after(), keys.end()), common);
    }
  }

  private ListedPiece piece(ObjectStore store, Location prefix, KeyRange keys, Location common) {
    return ListedPiece.whole(store, prefix, keys, settings.recursive(), new Pieces(common));
  }

  /** Returns whether a prefix of which a part was listed has anything elsewhere. */
  private boolean holdsAnything(ObjectStore store, Location prefix) throws IOException {
    try (ObjectListing listing =
        store.list(prefix, settings.recursive() ? ListOptions.RECURSIVE : ListOptions.FLAT)) {
      return listing.hasNext();
    }
  }

  private static boolean isDirectory(Location prefix) {
    return prefix.isLocal() && Files.isDirectory(Path.of("/" + prefix.key()));
  }

  /** What the pieces of one prefix have in common. */
  private final class Pieces implements ListedPiece.Context {
    private final Location common;

    Pieces(Location common) {
      this.common = common;
    }

    @Override
    public ObjectTable.Builder table() {
      return new ObjectTable.Builder(common);
    }

    @Override
    public void count(ObjectInfo object) throws StorageException {
      ObjectLister.this.count(object);
    }

    @Override
    public boolean hasRoom() {
      return threads.hasRoom();
    }

    @Override
    public void begin(ListedPiece piece) {
      threads.begin(
          () -> {
            piece.list();
            return piece;
          });
    }

    @Override
    public boolean isOver() {
      return threads.hasFailed();
    }
  }

  private void count(ObjectInfo object) throws StorageException {
    if (objects.incrementAndGet() > settings.maxObjects()) {
      throw new StorageException(
          Failure.of(
                  "list",
                  object.location(),
                  "the read has more than %d objects".formatted(settings.maxObjects()))
              .withRemedy("Read a narrower path or raise the option maxListedObjects"));
    }
  }

  /** Puts what was listed in order, small tables together. */
  private ObjectIndex joined(List<Container> containers, List<ListedPiece> listed)
      throws IOException {
    List<ObjectTable> tables = new ArrayList<>();
    int prefixes = 0;
    for (Container container : containers) {
      TableJoiner joiner = new TableJoiner(container.prefix(), tables);
      for (ReadRoot root : container.roots()) {
        if (root.object() != null) {
          count(root.object());
          joiner.add(root.object());
        } else {
          @Nullable ListedPiece piece = listed.get(prefixes);
          for (prefixes++; piece != null; piece = piece.next()) {
            piece.takeTables().forEach(joiner::add);
          }
        }
      }
      joiner.finish();
    }
    return ObjectIndex.of(tables);
  }

  /** Returns the longest prefix, up to a slash, of all roots. */
  private static Location commonPrefix(List<ReadRoot> roots) {
    String common = roots.get(0).location().key();
    for (ReadRoot root : roots) {
      String key = root.location().key();
      int length = 0;
      while (length < Math.min(common.length(), key.length())
          && common.charAt(length) == key.charAt(length)) {
        length++;
      }
      common = common.substring(0, length);
    }
    return roots.get(0).location().withKey(common.substring(0, common.lastIndexOf('/') + 1));
  }
}
