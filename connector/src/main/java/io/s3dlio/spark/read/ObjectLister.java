package io.s3dlio.spark.read;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Lists what the paths of a read name, once. Not thread-safe. */
final class ObjectLister {
  private final ListSettings settings;
  private final Stores.Opener stores;
  private final List<ObjectTable> tables = new ArrayList<>();
  private long objects;

  private ObjectLister(ListSettings settings, Stores.Opener stores) {
    this.settings = settings;
    this.stores = stores;
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
    ObjectLister lister = new ObjectLister(settings, stores);
    List<ReadRoot> roots = new ArrayList<>();
    for (Location location : locations) {
      roots.add(lister.resolve(location));
    }
    if (settings.recursive()) {
      roots = ReadRoot.withoutNested(roots);
    }
    int start = 0;
    while (start < roots.size()) {
      int end = start + 1;
      while (end < roots.size() && sameContainer(roots.get(start), roots.get(end))) {
        end++;
      }
      lister.listContainer(roots.subList(start, end));
      start = end;
    }
    return ObjectIndex.of(lister.tables);
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

  private void listContainer(List<ReadRoot> roots) throws IOException {
    Location prefix = commonPrefix(roots);
    ObjectTable.Builder table = new ObjectTable.Builder(prefix);
    for (ReadRoot root : roots) {
      if (root.object() != null) {
        table = add(table, root.object());
      } else {
        table = listPrefix(table, root.location());
      }
    }
    if (table.size() > 0) {
      tables.add(table.build());
    }
  }

  private ObjectTable.Builder listPrefix(ObjectTable.Builder builder, Location prefix)
      throws IOException {
    ObjectTable.Builder table = builder;
    ListOptions options = settings.recursive() ? ListOptions.RECURSIVE : ListOptions.FLAT;
    boolean found = false;
    try (ObjectListing listing = stores.open(prefix, settings.store()).list(prefix, options)) {
      while (listing.hasNext()) {
        ObjectInfo object = listing.next();
        found = true;
        if (!HiddenNames.hides(object.location().key().substring(prefix.key().length()))) {
          table = add(table, object);
        }
      }
    }
    if (!found && !isDirectory(prefix)) {
      throw new NotFoundException(
          Failure.of("list", prefix, "there is no such object or prefix")
              .withRemedy("Check the path"));
    }
    return table;
  }

  private static boolean isDirectory(Location prefix) {
    return prefix.isLocal() && Files.isDirectory(Path.of("/" + prefix.key()));
  }

  private ObjectTable.Builder add(ObjectTable.Builder table, ObjectInfo object)
      throws StorageException {
    objects++;
    if (objects > settings.maxObjects()) {
      throw new StorageException(
          Failure.of(
                  "list",
                  object.location(),
                  "the read has more than %d objects".formatted(settings.maxObjects()))
              .withRemedy("Read a narrower path or raise the option maxListedObjects"));
    }
    table.add(object);
    if (!table.isFull()) {
      return table;
    }
    tables.add(table.build());
    return new ObjectTable.Builder(table.prefix());
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
