package io.s3dlio.spark.write;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * The ids that one task met, as far as that proves them distinct. Immutable.
 *
 * @param first the first of them
 * @param last the last of them; below first if there was none
 * @param increasing whether each was above the one before, so that none came twice
 */
record IdRange(long first, long last, boolean increasing) implements Serializable {
  static final IdRange NONE = new IdRange(0, -1, true);

  /** Ids that prove nothing, because they came out of order or do not make the names. */
  static final IdRange UNKNOWN = new IdRange(0, Long.MAX_VALUE, false);

  boolean isEmpty() {
    return last < first;
  }

  /** Returns the range with the id that came next. */
  IdRange with(long id) {
    if (!increasing) {
      return this;
    }
    if (isEmpty()) {
      return new IdRange(id, id, true);
    }
    return id > last ? new IdRange(first, id, true) : UNKNOWN;
  }

  /** Returns whether the ranges prove that no id came twice. If not, it may still be so. */
  static boolean distinct(List<IdRange> ranges) {
    Iterator<IdRange> inOrder =
        ranges.stream()
            .filter(range -> !range.isEmpty())
            .sorted(Comparator.comparingLong(IdRange::first))
            .iterator();
    long last = -1;
    while (inOrder.hasNext()) {
      IdRange range = inOrder.next();
      if (!range.increasing() || range.first() <= last) {
        return false;
      }
      last = range.last();
    }
    return true;
  }
}
