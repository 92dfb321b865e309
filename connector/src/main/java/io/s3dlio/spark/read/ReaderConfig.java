package io.s3dlio.spark.read;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What executors are told of a read: values alone, no secret and no open thing.
 *
 * @param decoding what objects are taken for
 * @param columns the columns of a row, in order
 * @param metadata the fields of the column {@code _metadata}
 * @param partitions the columns that directories give; null if no column is one of these
 * @param store what stores are opened with
 * @param ranges how objects are cut into ranges, by scheme
 * @param batches how rows are read together
 * @param largeVarTypes whether Spark takes Arrow's variable-width vectors with 64-bit offsets
 */
record ReaderConfig(
    Decoding decoding,
    List<String> columns,
    ObjectMetadata metadata,
    @Nullable PartitionColumns partitions,
    StoreConfig store,
    Map<String, RangeEngineConfig> ranges,
    BatchLimits batches,
    boolean largeVarTypes)
    implements Serializable {
  ReaderConfig {
    columns = List.copyOf(columns);
    ranges = Map.copyOf(ranges);
  }

  /** Returns what directories give to columns. */
  PartitionValues partitionValues() {
    return new PartitionValues(partitions == null ? PartitionColumns.NONE : partitions);
  }

  /** Returns whether what objects hold is of interest: then their sizes count. */
  boolean content() {
    return decoding.looksInside()
        || columns.contains(ReadSchema.CONTENT)
        || columns.contains(ReadSchema.CONTENT_REF);
  }

  /** Returns whether the content of objects at a location is read here. */
  boolean reads(Location location) {
    return columns.contains(ReadSchema.CONTENT) || refersToMemory(location);
  }

  /** Returns whether rows refer to the content of objects at a location after it was read here. */
  boolean refersToMemory(Location location) {
    return columns.contains(ReadSchema.CONTENT_REF) && !ContentRef.namesFiles(location);
  }
}
