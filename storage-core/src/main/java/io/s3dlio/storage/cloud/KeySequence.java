package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Location;

/**
 * Keys in the order in which a server lists them. Some order them by their UTF-16 units; none that
 * promises an order may mix the two.
 */
final class KeySequence {
  private final boolean ordered;
  private String last;
  private boolean byBytes = true;
  private boolean byUnits = true;

  /**
   * @param start what all keys come after; empty for nothing
   * @param ordered whether the server promises one of the orders; else it may not repeat itself
   */
  KeySequence(String start, boolean ordered) {
    this.last = start;
    this.ordered = ordered;
  }

  /** Takes a key and returns whether it comes after those before. */
  boolean isNext(String key) {
    if (!ordered) {
      byBytes = byBytes && !key.equals(last);
      byUnits = byBytes;
    } else if (!last.isEmpty()) {
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
