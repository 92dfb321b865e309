package io.s3dlio.spark.read;

import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StoreConfig;
import java.util.Optional;

/**
 * What a listing depends on besides the locations.
 *
 * @param recursive whether objects below further slashes are listed
 * @param store what the stores are opened with
 * @param maxObjects how many objects there may be
 * @param filter which of them are kept
 * @param globs whether paths may be patterns
 * @param names what names the objects instead of a listing; empty for a listing
 * @param partitions the columns that directories give
 */
record ListSettings(
    boolean recursive,
    StoreConfig store,
    long maxObjects,
    ObjectFilter filter,
    boolean globs,
    Optional<NameSource> names,
    PartitionColumns partitions) {
  ListSettings(boolean recursive, StoreConfig store, long maxObjects) {
    this(
        recursive,
        store,
        maxObjects,
        ObjectFilter.ALL,
        true,
        Optional.empty(),
        PartitionColumns.NONE);
  }

  /** Returns whether an object is one that the read has. */
  boolean keeps(ObjectInfo object) {
    return filter.accepts(object) && partitions.have(object.location());
  }
}
