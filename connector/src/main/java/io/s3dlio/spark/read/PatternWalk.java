package io.s3dlio.spark.read;

import io.s3dlio.spark.config.NamePattern;
import io.s3dlio.spark.config.PathPattern;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the objects of paths with globs are, as Hadoop's {@code globStatus} does: from the
 * plain part of a path down, one level of directories at a time, all of a level side by side. The
 * last level is left to the listing.
 */
final class PatternWalk {
  private final ListSettings settings;
  private final Stores.Opener stores;
  private final ListThreads threads;

  PatternWalk(ListSettings settings, Stores.Opener stores, ListThreads threads) {
    this.settings = settings;
    this.stores = stores;
    this.threads = threads;
  }

  /**
   * Somewhere on the way.
   *
   * @param path the path with globs
   * @param at a directory that may be there, or any location if there are no names
   * @param names what is to be matched below it
   */
  private record Step(Location path, Location at, List<NamePattern> names) {
    /** Returns a step that has a wildcard before it, or one name, or none. */
    static Step of(Location path, Location at, List<NamePattern> names) {
      Location directory = at;
      int plain = 0;
      while (plain < names.size() - 1 && !names.get(plain).hasWildcard()) {
        directory = directory.append(names.get(plain).literal() + "/");
        plain++;
      }
      return new Step(path, directory, names.subList(plain, names.size()));
    }
  }

  /** What a step leads to: the end of the way, or further steps. */
  private record Found(@Nullable ReadRoot root, List<Step> steps) {
    static final Found NOTHING = new Found(null, List.of());
  }

  /** Returns what each path may name; which of it is there, only the listing tells. */
  Map<Location, List<ReadRoot>> find(List<Location> paths) throws IOException {
    List<Step> steps = new ArrayList<>();
    for (Location path : paths) {
      for (PathPattern pattern : PathPattern.expand(path)) {
        steps.add(Step.of(path, pattern.plain(), pattern.names()));
      }
    }
    Map<Location, List<ReadRoot>> roots = new HashMap<>();
    while (!steps.isEmpty()) {
      List<Callable<Found>> level = new ArrayList<>(steps.size());
      for (Step step : steps) {
        level.add(() -> take(step));
      }
      List<Step> next = new ArrayList<>();
      List<Found> found = threads.all(level);
      for (int i = 0; i < found.size(); i++) {
        next.addAll(found.get(i).steps());
        ReadRoot root = found.get(i).root();
        if (root != null) {
          roots.computeIfAbsent(steps.get(i).path(), path -> new ArrayList<>()).add(root);
        }
      }
      steps = next;
    }
    roots
        .values()
        .forEach(
            found ->
                found.sort(
                    Comparator.comparing(root -> root.location().key(), Location.KEY_ORDER)));
    return roots;
  }

  private Found take(Step step) throws IOException {
    if (step.names().isEmpty()) {
      return root(plain(step.at(), step.path()));
    }
    NamePattern name = step.names().get(0);
    if (step.names().size() > 1) {
      return new Found(null, below(step, name));
    }
    if (!name.hasWildcard()) {
      // After a slash at the path's end there is no name: a directory, which was seen.
      return root(
          name.literal().isEmpty()
              ? ReadRoot.prefix(step.at(), step.path())
              : plain(step.at().append(name.literal()), step.path()));
    }
    return root(ReadRoot.names(step.at(), name, step.path()));
  }

  private static Found root(@Nullable ReadRoot root) {
    return root == null ? Found.NOTHING : new Found(root, List.of());
  }

  private List<Step> below(Step step, NamePattern name) throws IOException {
    List<NamePattern> rest = step.names().subList(1, step.names().size());
    List<Step> steps = new ArrayList<>();
    Location start = step.at().append(name.plainStart());
    try (ObjectListing listing = open(start).list(start, ListOptions.LEVEL)) {
      while (listing.hasNext() && !threads.hasFailed()) {
        ObjectInfo entry = listing.next();
        if (entry.isDirectory() && name.finds(entry.nameBelow(step.at()))) {
          steps.add(Step.of(step.path(), entry.location(), rest));
        }
      }
    }
    return steps;
  }

  /** Returns what a plain location names, if anything. */
  private @Nullable ReadRoot plain(Location location, Location path) throws IOException {
    if (!location.isPrefix()) {
      try {
        return ReadRoot.object(open(location).stat(location), path);
      } catch (NotFoundException e) {
        // Then it is a prefix.
      }
    }
    Location prefix = location.asPrefix();
    return exists(prefix) ? ReadRoot.prefix(prefix, path) : null;
  }

  private boolean exists(Location prefix) throws IOException {
    if (prefix.isLocal()) {
      return ObjectLister.isDirectory(prefix);
    }
    try (ObjectListing listing = open(prefix).list(prefix, ListOptions.RECURSIVE)) {
      return listing.hasNext();
    }
  }

  private ObjectStore open(Location location) {
    return stores.open(location, settings.store());
  }
}
