package io.s3dlio.spark.read;

import io.s3dlio.storage.ObjectInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which of two orders a server lists in, as far as the keys tell that came: that of UTF-16 units,
 * or that of Azure's hierarchical accounts, where a slash is before all else. A read has its
 * objects in this order however it came to be listed. For one thread.
 */
final class ServerOrder {
  private boolean byUnits = true;
  private boolean slashFirst = true;
  private String last = "";

  /** Takes the next key of a listing. */
  void pass(String key) {
    byUnits = byUnits && last.compareTo(key) < 0;
    slashFirst = slashFirst && compareSlashFirst(last, key) < 0;
    last = key;
  }

  /** Returns what is right below a directory in order; empty if that cannot be told yet. */
  Optional<List<ObjectInfo>> sorted(List<ObjectInfo> entries) {
    List<ObjectInfo> units = sorted(entries, Comparator.naturalOrder());
    List<ObjectInfo> slashes = sorted(entries, ServerOrder::compareSlashFirst);
    if (byUnits && slashFirst && !units.equals(slashes)) {
      return Optional.empty();
    }
    return Optional.of(slashFirst ? slashes : units);
  }

  private static List<ObjectInfo> sorted(List<ObjectInfo> entries, Comparator<String> order) {
    return entries.stream()
        .sorted(Comparator.comparing(entry -> entry.location().key(), order))
        .toList();
  }

  private static int compareSlashFirst(String one, String other) {
    int shorter = Math.min(one.length(), other.length());
    for (int i = 0; i < shorter; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) {
        return a == '/' ? -1 : b == '/' ? 1 : Character.compare(a, b);
      }
    }
    return Integer.compare(one.length(), other.length());
  }
}
