package io.s3dlio.spark.read;

import io.s3dlio.spark.config.PathPattern;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
  private final PartitionFilter directories;
  private final Stores.Opener stores;
  private final ListThreads threads;
  private final AtomicLong objects = new AtomicLong();

  private ObjectLister(
      ListSettings settings,
      PathRange range,
      PartitionFilter directories,
      Stores.Opener stores,
      ListThreads threads) {
    this.settings = settings;
    this.range = range;
    this.directories = directories;
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
    return list(locations, settings, PathRange.ALL, PartitionFilter.ALL, stores);
  }

  /**
   * Lists the objects in a range and in some directories, and others where it costs no less to list
   * them too.
   *
   * @throws NotFoundException if a location names nothing, in the range or not
   */
  static ObjectIndex list(
      List<Location> locations,
      ListSettings settings,
      PathRange range,
      PartitionFilter directories,
      Stores.Opener stores)
      throws IOException {
    try (ListThreads threads = new ListThreads()) {
      return new ObjectLister(settings, range, directories, stores, threads).list(locations);
    }
  }

  /** Returns what locations name, in their order. */
  static List<ReadRoot> roots(
      List<Location> locations, ListSettings settings, Stores.Opener stores, ListThreads threads)
      throws IOException {
    return new ObjectLister(settings, PathRange.ALL, PartitionFilter.ALL, stores, threads)
        .roots(locations);
  }

  /** Returns whether less has to be listed for a range than for all. */
  static boolean isNarrower(
      List<Location> locations, ListSettings settings, PathRange range, Stores.Opener stores) {
    return !range.equals(PathRange.ALL)
        && settings.names().isEmpty()
        && locations.stream()
            .filter(location -> !isPattern(location, settings))
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

  /**
   * Stores across a network list what begins with a text, and those that list after a key a part of
   * that; empty for none of it.
   */
  private static Optional<KeyRange> keys(
      ObjectStore store, Location prefix, ListSettings settings, PathRange range) {
    if (prefix.isLocal()) {
      return Optional.of(KeyRange.all(prefix));
    }
    Optional<KeyRange> keys = range.below(prefix, settings.recursive());
    return store instanceof CutListings ? keys : keys.map(KeyRange::unbounded);
  }

  private static boolean isPart(Optional<KeyRange> keys, Location prefix) {
    return !keys.equals(Optional.of(KeyRange.all(prefix)));
  }

  private ObjectIndex list(List<Location> locations) throws IOException {
    if (settings.names().isPresent()) {
      return named(settings.names().get(), locations);
    }
    List<ReadRoot> named = roots(locations);
    List<ReadRoot> distinct = settings.recursive() ? DistinctRoots.of(named) : named;
    List<ReadRoot> roots =
        directories.isEmpty()
            ? distinct
            : new PartitionWalk(directories, settings, stores, threads).narrow(distinct);
    List<Container> containers = containers(roots);
    List<Callable<ListedPiece>> prefixes = new ArrayList<>();
    for (Container container : containers) {
      for (ReadRoot root : container.roots()) {
        if (root.object() == null) {
          prefixes.add(() -> list(root, container.prefix()));
        }
      }
    }
    List<ListedPiece> listed = prefixes.isEmpty() ? List.of() : threads.all(prefixes);
    threads.await();
    requireMatches(locations, named, roots, listed);
    return joined(containers, listed);
  }

  /** Puts what is named in its order, what is below one path together. */
  private ObjectIndex named(NameSource names, List<Location> paths) throws IOException {
    List<ObjectTable> tables = new ArrayList<>();
    NamedTables named = new NamedTables(tables);
    // Who names objects wants no listing, unless asking for each costs very much more.
    NamedObjects objects =
        new NamedObjects(new NamedPaths(settings, stores, threads, NamedObjects.CHUNK), named);
    names.read(paths, stores, settings, objects);
    objects.flush();
    named.finish();
    return ObjectIndex.of(tables);
  }

  private final class NamedTables implements NamedObjects.Sink {
    private final List<ObjectTable> tables;
    private @Nullable Location path;
    private @Nullable TableJoiner joiner;

    NamedTables(List<ObjectTable> tables) {
      this.tables = tables;
    }

    @Override
    public void add(ObjectInfo object, Location at, OptionalInt sum) throws StorageException {
      if (!settings.keeps(object)) {
        return;
      }
      count(object);
      if (joiner == null || !at.equals(path)) {
        finish();
        joiner =
            new TableJoiner(
                at.withKey(at.key().substring(0, at.key().lastIndexOf('/') + 1)), tables);
        path = at;
      }
      joiner.add(object, sum);
    }

    void finish() {
      if (joiner != null) {
        joiner.finish();
      }
    }
  }

  /** Returns what the paths name, in their order. */
  private List<ReadRoot> roots(List<Location> locations) throws IOException {
    List<Location> patterns = locations.stream().filter(this::isPattern).distinct().toList();
    List<Location> plain = locations.stream().filter(path -> !isPattern(path)).toList();
    Map<Location, List<ReadRoot>> matched =
        patterns.isEmpty() ? Map.of() : new PatternWalk(settings, stores, threads).find(patterns);
    Iterator<ReadRoot> named =
        new NamedPaths(settings, stores, threads, NamedPaths.MANY).find(plain).iterator();
    List<ReadRoot> roots = new ArrayList<>(locations.size());
    for (Location location : locations) {
      if (isPattern(location)) {
        roots.addAll(matched.getOrDefault(location, List.of()));
      } else {
        roots.add(named.next());
      }
    }
    return roots;
  }

  private boolean isPattern(Location path) {
    return isPattern(path, settings);
  }

  private static boolean isPattern(Location path, ListSettings settings) {
    return settings.globs() && PathPattern.isPattern(path);
  }

  /** A pattern of which another path covers a part is let be: that is not listed for its sake. */
  private void requireMatches(
      List<Location> locations, List<ReadRoot> named, List<ReadRoot> kept, List<ListedPiece> listed)
      throws NotFoundException {
    Set<Location> matched = new HashSet<>();
    Map<Location, Integer> left = new HashMap<>();
    named.forEach(root -> left.merge(pattern(root), 1, Integer::sum));
    Iterator<ListedPiece> pieces = listed.iterator();
    for (ReadRoot root : kept) {
      left.merge(pattern(root), -1, Integer::sum);
      if (root.object() != null
          || pieces.next().hasFound()
          || (root.names() == null && isDirectory(root.location()))) {
        matched.add(pattern(root));
      }
    }
    for (Location location : locations) {
      if (isPattern(location)
          && !matched.contains(location)
          && left.getOrDefault(location, 0) == 0) {
        throw new NotFoundException(
            Failure.of(
                    "list",
                    location,
                    "nothing matches this pattern; option(\"globPaths\", false) takes it as it is")
                .withRemedy("Check the path"));
      }
    }
  }

  private static Location pattern(ReadRoot root) {
    return root.pattern() == null ? root.location() : root.pattern();
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

  private ListedPiece list(ReadRoot root, Location common) throws IOException {
    Location prefix = root.location();
    ObjectStore store = stores.open(prefix, settings.store());
    if (root.pattern() != null) {
      return matching(store, root, common);
    }
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

  /** Lists what is of a pattern below one of its places; that may be nothing. */
  private ListedPiece matching(ObjectStore store, ReadRoot root, Location common)
      throws IOException {
    // All that is not hidden takes one listing instead of one for each directory.
    boolean all =
        root.names() == null
            || (settings.recursive()
                && root.names().equals(DistinctRoots.ANY)
                && root.except().isEmpty());
    ListedPiece piece =
        all
            ? piece(store, root.location(), KeyRange.all(root.location()), common)
            : ListedPiece.names(store, root, settings.recursive(), new Pieces(common));
    piece.list();
    return piece;
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

  /** Returns whether this is a directory of the file system, however few objects it has. */
  static boolean isDirectory(Location prefix) {
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
    public boolean keeps(ObjectInfo object) {
      return settings.keeps(object);
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
          if (settings.keeps(root.object())) {
            count(root.object());
            joiner.add(root.object());
          }
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
      common = NamedPaths.commonStart(common, root.location().key());
    }
    return roots.get(0).location().withKey(common.substring(0, common.lastIndexOf('/') + 1));
  }
}
