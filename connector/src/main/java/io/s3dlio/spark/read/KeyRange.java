package io.s3dlio.spark.read;

import io.s3dlio.storage.Location;
import org.jspecify.annotations.Nullable;

/**
 * The part of a prefix that is listed.
 *
 * @param prefix what the store is asked for: the prefix itself, or a longer one
 * @param after only keys after this one; empty for all
 * @param end only keys before this one; null for all
 */
record KeyRange(Location prefix, String after, @Nullable String end) {
  static KeyRange all(Location prefix) {
    return new KeyRange(prefix, "", null);
  }

  /** Returns all that begins with the prefix: for stores that list after no key. */
  KeyRange unbounded() {
    return all(prefix);
  }

  /** Returns the prefix up to its last slash. */
  String directory() {
    return prefix.key().substring(0, prefix.key().lastIndexOf('/') + 1);
  }
}
