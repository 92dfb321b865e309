package io.s3dlio.spark.read;

import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directories that a listing is in, and what of each it has passed: the rest can be listed by
 * others, though the store lists after no key. What is taken of a server's order is that all below
 * one directory comes in a row.
 *
 * <p>For example, five thousand objects below {@code 2024/01/} and {@code 2024/02/}: if there is
 * nothing but {@code 2024/}, that directory is looked at, where {@code 03/} to {@code 12/} were not
 * passed yet. Each of these is a listing of its own, and this one ends with {@code 02/}.
 *
 * <p>Memory holds no more than {@link #MOST_ENTRIES} names of each directory, and none of those
 * that were left. For one thread.
 */
final class OpenDirectories {
  /** Objects that one request lists: with no more there is nothing left to share. */
  static final int PAGE = 5000;

  /** Where there are more entries than these, the directory is listed from end to end. */
  static final int MOST_ENTRIES = 1000;

  /** Each directory costs a request: it should list as many objects on average. */
  static final int WORTH_A_REQUEST = 500;

  private final Location prefix;

  /** From the outermost in which something else may be to the one of the last key. */
  private final List<Directory> open = new ArrayList<>();

  private final ServerOrder order = new ServerOrder();
  private long passed;
  private long due = PAGE + 1;

  /**
   * @param prefix of the read: names are hidden that are below it
   * @param asked what the store is asked for, which ends with a slash unless it is empty
   */
  OpenDirectories(Location prefix, Location asked) {
    this.prefix = prefix;
    open.add(new Directory(asked.key(), 0));
  }

  private static final class Directory {
    final String key;

    /** Objects that were passed before it. */
    final long before;

    /** What is right below it, directories with their slash. */
    final Set<String> entries = new LinkedHashSet<>();

    Directory(String key, long before) {
      this.key = key;
      this.before = before;
    }

    void pass(String entry) {
      if (!hasMany()) {
        entries.add(entry);
      }
    }

    boolean hasMany() {
      return entries.size() > MOST_ENTRIES;
    }
  }

  /** Takes the next key of the listing. */
  void pass(String key) {
    while (!open.isEmpty() && !key.startsWith(last().key)) {
      open.remove(open.size() - 1);
    }
    if (open.isEmpty()) {
      return;
    }
    int slash = key.indexOf('/', last().key.length());
    while (slash >= 0) {
      String directory = key.substring(0, slash + 1);
      last().pass(directory);
      open.add(new Directory(directory, passed));
      slash = key.indexOf('/', slash + 1);
    }
    last().pass(key);
    order.pass(key);
    passed++;
  }

  private Directory last() {
    return open.get(open.size() - 1);
  }

  /** Returns whether so much came that the rest may be worth sharing, and a directory is open. */
  boolean isDue() {
    // An object right in the outermost directory is none to go on with.
    return passed >= due && open.size() > 1;
  }

  /** Returns the outermost directory beside which there is nothing for this listing any more. */
  String outermost() {
    return open.get(0).key;
  }

  /**
   * Returns what was not passed of the outermost directory that has anything left, in the order of
   * the server; empty if there is nothing or it is not worth its requests. That is no longer this
   * listing's, which then ends with the {@link #outermost} directory.
   */
  List<ObjectInfo> takeRest(ObjectStore store) throws IOException {
    due = 2 * passed;
    while (isWorthARequest()) {
      Directory level = open.get(0);
      List<ObjectInfo> entries = entries(store, level);
      if (entries.size() > MOST_ENTRIES) {
        open.clear();
        return List.of();
      }
      List<ObjectInfo> rest = entries.stream().filter(entry -> isLeft(level, entry)).toList();
      Optional<List<ObjectInfo>> ordered = order.sorted(rest);
      if (ordered.isEmpty()) {
        return List.of();
      }
      open.remove(0);
      if (!rest.isEmpty()) {
        due = passed + PAGE;
        return ordered.get();
      }
    }
    return List.of();
  }

  private boolean isWorthARequest() {
    return open.size() > 1
        && !open.get(0).hasMany()
        && passed - open.get(0).before >= (long) WORTH_A_REQUEST * open.get(0).entries.size();
  }

  private List<ObjectInfo> entries(ObjectStore store, Directory level) throws IOException {
    Set<ObjectInfo> entries = new LinkedHashSet<>();
    try (ObjectListing listing = store.list(prefix.withKey(level.key), ListOptions.LEVEL)) {
      while (entries.size() <= MOST_ENTRIES && listing.hasNext()) {
        entries.add(listing.next());
      }
    }
    return List.copyOf(entries);
  }

  private boolean isLeft(Directory level, ObjectInfo entry) {
    String key = entry.location().key();
    return !level.entries.contains(key) && !HiddenNames.hides(key.substring(prefix.key().length()));
  }
}
