package io.s3dlio.spark.config;

import io.s3dlio.storage.Location;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.GlobExpander;

/**
 * One alternative of a path with globs: where the plain part of it ends, and what the names below
 * match. For example {@code s3://b/train/part-?/x*} is {@code s3://b/train/} with {@code part-?}
 * and {@code x*}.
 *
 * @param plain the directory that the names are below; without names any location
 * @param names patterns of the names from there on, of which the first has a wildcard. The last is
 *     empty where the path ends with a slash
 */
public record PathPattern(Location plain, List<NamePattern> names) {
  public PathPattern {
    names = List.copyOf(names);
  }

  /** Returns whether a path has characters that mean something in a glob. */
  public static boolean isPattern(Location path) {
    return NamePattern.isSpecial(path.key());
  }

  /**
   * Returns the alternatives of a path: one, unless braces hold slashes.
   *
   * @throws IllegalArgumentException if it is no glob
   */
  public static List<PathPattern> expand(Location path) {
    try {
      List<PathPattern> patterns = new ArrayList<>();
      for (String key : GlobExpander.expand(path.key())) {
        patterns.add(of(path, key));
      }
      return patterns;
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          ("Invalid path: '%s' (it is no glob: %s; write a backslash before what stands for itself,"
                  + " or set option(\"globPaths\", false))")
              .formatted(path, e.getMessage()),
          e);
    }
  }

  private static PathPattern of(Location path, String key) {
    StringBuilder plain = new StringBuilder();
    List<NamePattern> names = new ArrayList<>();
    for (String text : key.split("/", -1)) {
      NamePattern name = new NamePattern(text);
      if (!names.isEmpty() || name.hasWildcard()) {
        names.add(name);
      } else {
        plain.append(name.literal()).append('/');
      }
    }
    if (names.isEmpty()) {
      plain.setLength(plain.length() - 1);
    }
    return new PathPattern(path.withKey(plain.toString()), names);
  }

  /**
   * Returns whether what matches may lie at, above or below a place.
   *
   * @param place the names that lead there from the plain part
   */
  public boolean mayHold(List<String> place) {
    for (int i = 0; i < Math.min(place.size(), names.size()); i++) {
      if (!names.get(i).matches(place.get(i))) {
        return false;
      }
    }
    return true;
  }
}
