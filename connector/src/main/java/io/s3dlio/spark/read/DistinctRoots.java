package io.s3dlio.spark.read;

import io.s3dlio.spark.config.NamePattern;
import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.Location;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Leaves out roots whose objects are all listed below another one, so that a recursive read has
 * every object once. Spark's file sources do the same, and only then.
 */
final class DistinctRoots {
  /** What a recursive listing finds right below a prefix: every name that is not hidden. */
  static final NamePattern ANY = new NamePattern("*");

  /** Which names below a prefix are listed, with all that is below those. */
  private final Map<Location, Set<NamePattern>> listed = new HashMap<>();

  private DistinctRoots() {}

  static List<ReadRoot> of(List<ReadRoot> roots) {
    DistinctRoots distinct = new DistinctRoots();
    for (ReadRoot root : roots) {
      if (root.object() == null && root.names() == null) {
        distinct.listedAt(root.location()).add(ANY);
      }
    }
    List<ReadRoot> candidates = new ArrayList<>();
    Set<Location> seen = new HashSet<>();
    for (ReadRoot root : roots) {
      if (root.names() != null) {
        Set<NamePattern> others = distinct.listedAt(root.location());
        ReadRoot rest = root.except(List.copyOf(others));
        if (others.add(root.names())) {
          candidates.add(rest);
        }
      } else if (seen.add(root.location())) {
        candidates.add(root);
      }
    }
    List<ReadRoot> kept = new ArrayList<>();
    for (ReadRoot root : candidates) {
      boolean listed = distinct.isListed(root.location());
      if (root.names() == null) {
        if (!listed) {
          kept.add(root);
        }
      } else {
        ReadRoot rest = listed ? root.except(List.of(ANY)) : root;
        if (!(rest.except().contains(ANY) && root.names().findsNoHidden())) {
          kept.add(rest);
        }
      }
    }
    return kept;
  }

  private Set<NamePattern> listedAt(Location prefix) {
    return listed.computeIfAbsent(prefix, key -> new LinkedHashSet<>());
  }

  /** Returns whether all that is not hidden at or below a location is listed from further up. */
  private boolean isListed(Location location) {
    String key = location.key();
    // The slash at a prefix's own end does not make it its own parent.
    int end = key.endsWith("/") ? key.length() - 1 : key.length();
    if (key.isEmpty()) {
      return false;
    }
    for (int slash = key.lastIndexOf('/', end - 1); ; slash = key.lastIndexOf('/', slash - 1)) {
      String parent = key.substring(0, slash + 1);
      int nameEnd = key.indexOf('/', slash + 1);
      String name = key.substring(slash + 1, nameEnd < 0 ? key.length() : nameEnd);
      String below = nameEnd < 0 ? "" : key.substring(nameEnd + 1);
      if (!HiddenNames.hides(below)
          && listed.getOrDefault(location.withKey(parent), Set.of()).stream()
              .anyMatch(pattern -> pattern.finds(name))) {
        return true;
      }
      if (slash < 0) {
        return false;
      }
    }
  }
}
