package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Location;

/**
 * Keys in the order in which a server lists them. Some order them by their UTF-16 units; none may
 * mix the two orders.
 */
final class KeySequence {
  private String last;
  private boolean byBytes = true;
  private boolean byUnits = true;

  /**
   * @param start what all keys come after; empty for nothing
   */
  KeySequence(String start) {
    this.last = start;
  }

  /** Takes a key and returns whether it comes after those before. */
  boolean isNext(String key) {
    if (!last.isEmpty()) {
      byBytes = byBytes && Location.KEY_ORDER.compare(last, key) < 0;
      byUnits = byUnits && last.compareTo(key) < 0;
    }
    last = key;
    return byBytes || byUnits;
  }

  /** Returns the last key, or the start. */
  String last() {
    return last;
  }
}
