package io.s3dlio.spark.read;

import java.util.List;

/**
 * All objects of one read, in the order of the paths and below each in key order. Immutable.
 *
 * @param tables the objects; neighbouring tables may be of one container
 * @param objects how many there are
 * @param bytes their lengths together
 * @param pathBytes the lengths of their paths together
 */
record ObjectIndex(List<ObjectTable> tables, long objects, long bytes, long pathBytes) {
  static ObjectIndex of(List<ObjectTable> tables) {
    long objects = 0;
    long bytes = 0;
    long pathBytes = 0;
    for (ObjectTable table : tables) {
      objects += table.size();
      for (int i = 0; i < table.size(); i++) {
        bytes = Math.addExact(bytes, table.length(i));
        pathBytes += table.pathLength(i);
      }
    }
    return new ObjectIndex(List.copyOf(tables), objects, bytes, pathBytes);
  }

  /**
   * Returns an index of other tables, without those that are empty; this one if they are its own.
   */
  ObjectIndex with(List<ObjectTable> selected) {
    return selected.equals(tables)
        ? this
        : of(selected.stream().filter(table -> table.size() > 0).toList());
  }
}
