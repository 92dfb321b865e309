package io.s3dlio.spark.read;

import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Finds the directories that filters on their columns leave, one level at a time, all of a level
 * side by side. What a directory is called is looked at, not what it should be called: there are
 * many ways to write one value. A level costs no more than to list all that is below it would.
 */
final class PartitionWalk {
  /** More directories, and objects beside them, than this are not listed each for itself. */
  static final int MOST = 1000;

  private final PartitionFilter filter;
  private final ListSettings settings;
  private final Stores.Opener stores;
  private final ListThreads threads;

  PartitionWalk(
      PartitionFilter filter, ListSettings settings, Stores.Opener stores, ListThreads threads) {
    this.filter = filter;
    this.settings = settings;
    this.stores = stores;
    this.threads = threads;
  }

  /**
   * Returns roots with all objects that the filters leave, and perhaps others, in the same order.
   * What a pattern names is let be.
   */
  List<ReadRoot> narrow(List<ReadRoot> roots) throws IOException {
    List<Place> places = new ArrayList<>(roots.size());
    for (ReadRoot root : roots) {
      places.add(new Place(root));
    }
    while (places.stream().anyMatch(place -> !place.open.isEmpty())) {
      List<Callable<List<ObjectInfo>>> listings = new ArrayList<>();
      for (Place place : places) {
        place.open.forEach(directory -> listings.add(() -> entries(directory)));
      }
      List<List<ObjectInfo>> listed = threads.all(listings);
      int next = 0;
      for (Place place : places) {
        int end = next + place.open.size();
        place.take(listed.subList(next, end).stream().flatMap(List::stream).toList());
        next = end;
      }
    }
    return places.stream().flatMap(place -> place.roots().stream()).toList();
  }

  /** Returns what is in a directory, as far as it may be listed each for itself. */
  private List<ObjectInfo> entries(Location directory) throws IOException {
    List<ObjectInfo> entries = new ArrayList<>();
    int objects = 0;
    try (ObjectListing listing = level(directory)) {
      while (listing.hasNext() && objects <= MOST && !threads.hasFailed()) {
        ObjectInfo entry = listing.next();
        if (!HiddenNames.hides(entry.nameBelow(directory))) {
          entries.add(entry);
          objects += entry.isDirectory() ? 0 : 1;
        }
      }
    }
    return entries;
  }

  private ObjectListing level(Location directory) throws IOException {
    return stores.open(directory, settings.store()).list(directory, ListOptions.LEVEL);
  }

  private boolean exists(Location directory) throws IOException {
    try (ObjectListing listing = level(directory)) {
      return listing.hasNext() || ObjectLister.isDirectory(directory);
    }
  }

  private PartitionFilter.Verdict verdict(Location directory) {
    ObjectTable.Builder table = new ObjectTable.Builder(directory);
    table.add(ObjectInfo.directory(directory));
    return filter.of(table.build(), 0);
  }

  /** How far one root is narrowed. */
  private final class Place {
    private final ReadRoot root;

    /** Directories in which others may tell more. */
    private List<Location> open = List.of();

    private List<ReadRoot> kept = List.of();

    /** Whether anything was left out. */
    private boolean narrowed;

    Place(ReadRoot root) throws IOException {
      this.root = root;
      if (root.object() == null && root.names() == null && root.pattern() == null) {
        switch (verdict(root.location())) {
          case OUT -> narrowed = exists(root.location());
          case OPEN -> open = List.of(root.location());
          case IN -> {}
        }
      }
    }

    void take(List<ObjectInfo> entries) {
      List<ReadRoot> found = new ArrayList<>(kept);
      List<Location> next = new ArrayList<>();
      boolean less = false;
      for (ObjectInfo entry : entries) {
        if (!entry.isDirectory()) {
          found.add(ReadRoot.object(entry, root.location()));
          continue;
        }
        PartitionFilter.Verdict verdict = verdict(entry.location());
        less |= verdict == PartitionFilter.Verdict.OUT;
        if (verdict == PartitionFilter.Verdict.OPEN
            && PartitionDirectories.isPartition(PartitionDirectories.nameOf(entry.location()))) {
          next.add(entry.location());
        } else if (verdict != PartitionFilter.Verdict.OUT) {
          found.add(ReadRoot.prefix(entry.location(), root.location()));
        }
      }
      if (found.size() + next.size() > MOST) {
        // What was open is listed whole.
        kept = roots();
        open = List.of();
      } else {
        narrowed |= less;
        kept = found;
        open = next;
      }
    }

    List<ReadRoot> roots() {
      if (!narrowed) {
        return List.of(root);
      }
      List<ReadRoot> roots = new ArrayList<>(kept);
      open.forEach(directory -> roots.add(ReadRoot.prefix(directory, root.location())));
      roots.sort(Comparator.comparing(each -> each.location().key(), Location.KEY_ORDER));
      return roots;
    }
  }
}
