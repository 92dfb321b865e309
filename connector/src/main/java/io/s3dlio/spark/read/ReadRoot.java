package io.s3dlio.spark.read;

import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one path of a read names.
 *
 * @param location the object, or the prefix with its slash
 * @param object what is known of the object; null for a prefix
 */
record ReadRoot(Location location, @Nullable ObjectInfo object) {
  /**
   * Leaves out roots whose objects are all listed below another one, so that a recursive read has
   * every object once. Spark's file sources do the same, and only then.
   */
  static List<ReadRoot> withoutNested(List<ReadRoot> roots) {
    Map<Location, ReadRoot> distinct = new LinkedHashMap<>();
    Set<Location> prefixes = new HashSet<>();
    for (ReadRoot root : roots) {
      distinct.putIfAbsent(root.location, root);
      if (root.object == null) {
        prefixes.add(root.location);
      }
    }
    List<ReadRoot> kept = new ArrayList<>(distinct.values());
    kept.removeIf(root -> root.isNestedIn(prefixes));
    return kept;
  }

  private boolean isNestedIn(Set<Location> prefixes) {
    String key = location.key();
    // The slash at a prefix's own end does not make it its own parent.
    int last = key.length() - 2;
    for (int slash = key.lastIndexOf('/', last); ; slash = key.lastIndexOf('/', slash - 1)) {
      String parent = key.substring(0, slash + 1);
      if (!key.isEmpty()
          && prefixes.contains(location.withKey(parent))
          && !HiddenNames.hides(key.substring(parent.length()))) {
        return true;
      }
      if (slash < 0) {
        return false;
      }
    }
  }
}
