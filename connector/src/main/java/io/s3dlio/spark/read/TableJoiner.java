package io.s3dlio.spark.read;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.util.List;
import java.util.OptionalInt;

/** Puts tables of one container one after the other, and small ones together. For one thread. */
final class TableJoiner {
  private final List<ObjectTable> tables;
  private ObjectTable.Builder current;

  /**
   * @param prefix of all tables
   * @param tables takes those that are full
   */
  TableJoiner(Location prefix, List<ObjectTable> tables) {
    this.tables = tables;
    this.current = new ObjectTable.Builder(prefix);
  }

  void add(ObjectInfo object) {
    add(object, OptionalInt.empty());
  }

  /**
   * @param sum the CRC-32C, if it is known: of each object, or of none
   */
  void add(ObjectInfo object, OptionalInt sum) {
    current.add(object);
    sum.ifPresent(current::sum);
    finishFull();
  }

  /** Takes a table, which nobody adds to any more. */
  void add(ObjectTable.Builder table) {
    if (current.size() == 0) {
      current = table;
    } else {
      current.add(table);
    }
    finishFull();
  }

  private void finishFull() {
    if (current.isFull()) {
      finish();
    }
  }

  void finish() {
    if (current.size() > 0) {
      tables.add(current.build());
      current = new ObjectTable.Builder(current.prefix());
    }
  }
}
