package io.s3dlio.spark.read;

import io.s3dlio.storage.StoreConfig;

/**
 * What a listing depends on besides the locations.
 *
 * @param recursive whether objects below further slashes are listed
 * @param store what the stores are opened with
 * @param maxObjects how many objects there may be
 * @param filter which of them are kept
 * @param globs whether paths may be patterns
 */
record ListSettings(
    boolean recursive, StoreConfig store, long maxObjects, ObjectFilter filter, boolean globs) {
  ListSettings(boolean recursive, StoreConfig store, long maxObjects) {
    this(recursive, store, maxObjects, ObjectFilter.ALL, true);
  }
}
