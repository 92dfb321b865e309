package io.s3dlio.spark.read;

import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.execution.datasources.PartitioningUtils$;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Finds the directories {@code name=value} below the paths of a read, one level at a time, all of a
 * level side by side, and lets Spark tell which columns they give. What lies below other
 * directories is not looked at.
 */
final class PartitionDirectories {
  /** Where so many names of a directory tell of objects and no directory, it is at the end. */
  static final int SEEN = 1000;

  private final ListSettings settings;
  private final Stores.Opener stores;
  private final ListThreads threads;

  /** Where objects lie, or directories of another name. */
  private final Set<Location> ends = new LinkedHashSet<>();

  private final Set<Location> bases = new HashSet<>();

  private PartitionDirectories(ListSettings settings, Stores.Opener stores, ListThreads threads) {
    this.settings = settings;
    this.stores = stores;
    this.threads = threads;
  }

  /**
   * Returns the columns, which may be none. Throws what Spark does where directories contradict
   * each other.
   *
   * @param zone in which times are meant that tell none
   * @throws UncheckedIOException if the directories cannot be listed
   */
  static StructType columns(
      List<Location> locations,
      Optional<Location> basePath,
      ListSettings settings,
      Stores.Opener stores,
      String zone) {
    try (ListThreads threads = new ListThreads()) {
      PartitionDirectories found = new PartitionDirectories(settings, stores, threads);
      found.find(locations);
      return found.columns(basePath, zone);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Returns whether a directory's name is one that gives a column. */
  static boolean isPartition(String name) {
    return name.indexOf('=') >= 0;
  }

  private StructType columns(Optional<Location> basePath, String zone) {
    SQLConf conf = SQLConf.get();
    Set<Path> paths = new HashSet<>();
    basePath.map(Set::of).orElse(bases).forEach(base -> paths.add(path(base)));
    return PartitioningUtils$.MODULE$
        .parsePartitions(
            CollectionConverters.asScala(ends.stream().map(PartitionDirectories::path).toList())
                .toSeq(),
            conf.partitionColumnTypeInferenceEnabled(),
            CollectionConverters.asScala(paths).toSet(),
            Option.empty(),
            conf.caseSensitiveAnalysis(),
            conf.validatePartitionColumns(),
            zone,
            conf.ignoreInvalidPartitionPaths())
        .partitionColumns();
  }

  private static Path path(Location directory) {
    return new Path(directory.asPrefix().toString());
  }

  private void find(List<Location> locations) throws IOException {
    List<Location> level = new ArrayList<>();
    for (ReadRoot root : ObjectLister.roots(locations, settings, stores, threads)) {
      if (root.object() != null) {
        Location parent = parent(root.location());
        bases.add(parent);
        ends.add(parent);
      } else if (root.names() == null) {
        level.add(root.location());
      } else {
        level.addAll(matching(root));
      }
    }
    bases.addAll(level);
    while (!level.isEmpty()) {
      List<Callable<Found>> listings = new ArrayList<>(level.size());
      for (Location directory : level) {
        listings.add(() -> list(directory));
      }
      List<Location> next = new ArrayList<>();
      for (Found found : threads.all(listings)) {
        next.addAll(found.partitions());
        ends.addAll(found.ends());
      }
      level = next;
    }
  }

  private static Location parent(Location object) {
    return object.withKey(object.key().substring(0, object.key().lastIndexOf('/') + 1));
  }

  /** Returns the directories that a pattern's last name finds. */
  private List<Location> matching(ReadRoot root) throws IOException {
    List<Location> directories = new ArrayList<>();
    try (ObjectListing listing = level(root.location())) {
      while (listing.hasNext()) {
        ObjectInfo entry = listing.next();
        if (root.takes(entry.nameBelow(root.location()))) {
          if (entry.isDirectory()) {
            directories.add(entry.location());
          } else {
            bases.add(root.location());
            ends.add(root.location());
          }
        }
      }
    }
    return directories;
  }

  private ObjectListing level(Location directory) throws IOException {
    return stores.open(directory, settings.store()).list(directory, ListOptions.LEVEL);
  }

  /**
   * What is in a directory.
   *
   * @param partitions directories that give a column
   * @param ends the directory itself or others in it, if objects lie there
   */
  private record Found(List<Location> partitions, List<Location> ends) {}

  private Found list(Location directory) throws IOException {
    List<Location> partitions = new ArrayList<>();
    List<Location> others = new ArrayList<>();
    boolean inPartition = !bases.contains(directory) && isPartition(nameOf(directory));
    boolean objects = false;
    int seen = 0;
    try (ObjectListing listing = level(directory)) {
      while (listing.hasNext()
          && !threads.hasFailed()
          && !(inPartition && objects && partitions.isEmpty() && seen >= SEEN)) {
        ObjectInfo entry = listing.next();
        String name = entry.nameBelow(directory);
        seen++;
        if (HiddenNames.hides(name)) {
          continue;
        }
        if (!entry.isDirectory()) {
          objects = true;
        } else if (isPartition(name)) {
          partitions.add(entry.location());
        } else {
          others.add(entry.location());
        }
      }
    }
    List<Location> ends = new ArrayList<>();
    if (objects) {
      ends.add(directory);
    }
    if (!partitions.isEmpty() || !objects) {
      for (Location other : others) {
        if (holdsAnything(other)) {
          // Beside directories that give columns it is a contradiction, and one is enough of these.
          ends.add(partitions.isEmpty() ? directory : other);
          break;
        }
      }
    }
    return new Found(partitions, ends);
  }

  /** Returns the last name of a directory, without its slash. */
  static String nameOf(Location directory) {
    String key = directory.key().substring(0, Math.max(0, directory.key().length() - 1));
    return key.substring(key.lastIndexOf('/') + 1);
  }

  private boolean holdsAnything(Location prefix) throws IOException {
    try (ObjectListing listing =
        stores.open(prefix, settings.store()).list(prefix, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        if (!HiddenNames.hides(listing.next().nameBelow(prefix))) {
          return true;
        }
      }
      return false;
    }
  }
}
