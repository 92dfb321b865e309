package io.s3dlio.spark.read;

import io.s3dlio.spark.config.DecodeOptions;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.spark.config.ResolvedOptions;
import org.apache.spark.sql.types.StructType;

/** Finds out what columns records have, by looking at some. */
final class RecordSample {
  private RecordSample() {}

  static StructType columns(Listing listing, ResolvedOptions options, PartitionColumns partitions) {
    if (options.value(DecodeOptions.RECORD_TYPE) == RecordType.BYTE_ARRAY) {
      return RecordDecoding.asTheyAre(options);
    }
    throw new IllegalArgumentException("not yet");
  }
}
