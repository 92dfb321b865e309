package io.s3dlio.spark.read;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which plain paths are objects and which are prefixes. Each is asked for; but where many
 * are in one directory, that is listed, up to a bound, and only what it did not show is asked for.
 */
final class NamedPaths {
  private static final Logger LOG = LoggerFactory.getLogger(NamedPaths.class);

  /** So many paths of one directory are worth a listing where nothing speaks against one. */
  static final int MANY = 100;

  /** How many names are listed for one that is looked for: requests stay few either way. */
  static final int LISTED_FOR_EACH = 64;

  private final ListSettings settings;
  private final Stores.Opener stores;
  private final ListThreads threads;
  private final int many;

  /**
   * @param many so many paths of one directory are worth a listing
   */
  NamedPaths(ListSettings settings, Stores.Opener stores, ListThreads threads, int many) {
    this.settings = settings;
    this.stores = stores;
    this.threads = threads;
    this.many = many;
  }

  /** Returns what the paths name, in their order. */
  List<ReadRoot> find(List<Location> paths) throws IOException {
    Map<Location, ReadRoot> seen = seenInListings(paths);
    List<Location> others = paths.stream().filter(path -> !seen.containsKey(path)).toList();
    List<Callable<ReadRoot>> asked = new ArrayList<>(others.size());
    for (Location path : others) {
      asked.add(() -> ask(path));
    }
    List<ReadRoot> found = asked.isEmpty() ? List.of() : threads.all(asked);
    List<ReadRoot> roots = new ArrayList<>(paths.size());
    int next = 0;
    for (Location path : paths) {
      ReadRoot root = seen.get(path);
      roots.add(root != null ? root : found.get(next++));
    }
    return roots;
  }

  private ReadRoot ask(Location location) throws IOException {
    if (!location.isPrefix()) {
      try {
        return ReadRoot.object(stores.open(location, settings.store()).stat(location), null);
      } catch (NotFoundException e) {
        if (settings.store().s3(location.container()).versionId() != null) {
          throw new NotFoundException(
              e.failure().withRemedy("Check the path and the option versionId"), e);
        }
        // Then it is a prefix.
      }
    }
    return ReadRoot.prefix(location.asPrefix(), null);
  }

  private Map<Location, ReadRoot> seenInListings(List<Location> paths) throws IOException {
    if (paths.size() < many) {
      return Map.of();
    }
    Map<Location, Set<Location>> directories = new HashMap<>();
    for (Location path : paths) {
      if (!path.isPrefix()) {
        String key = path.key();
        Location directory = path.withKey(key.substring(0, key.lastIndexOf('/') + 1));
        directories.computeIfAbsent(directory, at -> new HashSet<>()).add(path);
      }
    }
    List<Callable<Map<Location, ReadRoot>>> listings = new ArrayList<>();
    directories.forEach(
        (directory, wanted) -> {
          if (wanted.size() >= many) {
            listings.add(() -> seenIn(directory, wanted));
          }
        });
    Map<Location, ReadRoot> seen = new HashMap<>();
    if (!listings.isEmpty()) {
      threads.all(listings).forEach(seen::putAll);
    }
    return seen;
  }

  private Map<Location, ReadRoot> seenIn(Location directory, Set<Location> wanted)
      throws IOException {
    Map<Location, ReadRoot> seen = new HashMap<>();
    Location start = directory.withKey(commonStart(wanted));
    List<String> keys = wanted.stream().map(Location::key).sorted(Location.KEY_ORDER).toList();
    String first = keys.get(0);
    String before = first.substring(0, first.offsetByCodePoints(first.length(), -1));
    // A directory comes after the objects whose names go on with less than a slash.
    String end = keys.get(keys.size() - 1) + "/";
    long left = (long) LISTED_FOR_EACH * wanted.size();
    boolean whole = false;
    try (ObjectListing listing =
        stores.open(start, settings.store()).list(start, new ListOptions(false, before, true))) {
      while (left > 0 && !whole && !threads.hasFailed()) {
        ObjectInfo entry = listing.hasNext() ? listing.next() : null;
        whole =
            entry == null
                || (!entry.isDirectory()
                    && Location.KEY_ORDER.compare(entry.location().key(), end) > 0);
        if (entry != null) {
          see(entry, wanted, seen);
        }
        left--;
      }
    } catch (AccessDeniedException e) {
      // Who may read an object need not be allowed to list.
      LOG.info("{} paths are looked at one by one: {}", wanted.size(), e.getMessage());
    }
    if (!whole) {
      // There may be an object of the same name.
      seen.values().removeIf(root -> root.object() == null);
    }
    return seen;
  }

  /** An object goes before a directory of the same name. */
  private static void see(ObjectInfo entry, Set<Location> wanted, Map<Location, ReadRoot> seen) {
    Location location = entry.location();
    if (entry.isDirectory()) {
      String key = location.key();
      Location path = location.withKey(key.substring(0, key.length() - 1));
      if (wanted.contains(path)) {
        seen.putIfAbsent(path, ReadRoot.prefix(location, null));
      }
    } else if (wanted.contains(location)) {
      seen.put(location, ReadRoot.object(entry, null));
    }
  }

  private static String commonStart(Set<Location> wanted) {
    @Nullable String common = null;
    for (Location path : wanted) {
      common = common == null ? path.key() : commonStart(common, path.key());
    }
    return common == null ? "" : common;
  }

  /** Returns what both begin with, in whole characters. */
  static String commonStart(String one, String other) {
    int length = 0;
    while (length < Math.min(one.length(), other.length())
        && one.charAt(length) == other.charAt(length)) {
      length++;
    }
    // Half a character is none.
    boolean halved = length > 0 && Character.isHighSurrogate(one.charAt(length - 1));
    return one.substring(0, halved ? length - 1 : length);
  }
}
