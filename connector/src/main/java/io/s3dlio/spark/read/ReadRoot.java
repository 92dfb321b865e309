package io.s3dlio.spark.read;

import io.s3dlio.spark.config.NamePattern;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one path of a read names, or a part of what its pattern does.
 *
 * @param location the object, or the prefix with its slash
 * @param object what is known of the object; null for a prefix
 * @param names which names right below the prefix are meant, with all that is below those; null for
 *     all that is below the prefix
 * @param except names that another root has
 * @param pattern the path with globs; null for a path that is plain
 */
record ReadRoot(
    Location location,
    @Nullable ObjectInfo object,
    @Nullable NamePattern names,
    List<NamePattern> except,
    @Nullable Location pattern) {
  ReadRoot {
    except = List.copyOf(except);
  }

  static ReadRoot object(ObjectInfo object, @Nullable Location pattern) {
    return new ReadRoot(object.location(), object, null, List.of(), pattern);
  }

  static ReadRoot prefix(Location prefix, @Nullable Location pattern) {
    return new ReadRoot(prefix, null, null, List.of(), pattern);
  }

  static ReadRoot names(Location prefix, NamePattern names, Location pattern) {
    return new ReadRoot(prefix, null, names, List.of(), pattern);
  }

  ReadRoot except(List<NamePattern> others) {
    List<NamePattern> all = new ArrayList<>(except);
    all.addAll(others);
    return new ReadRoot(location, object, names, all, pattern);
  }

  /** Returns whether a name right below the prefix is meant. */
  boolean takes(String name) {
    return names == null
        || (names.finds(name) && except.stream().noneMatch(other -> other.finds(name)));
  }
}
