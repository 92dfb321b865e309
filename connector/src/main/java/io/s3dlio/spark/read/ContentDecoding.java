package io.s3dlio.spark.read;

import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.StructType;

/** Rows of bytes: an object, or a chunk of one. */
record ContentDecoding() implements Decoding {
  @Override
  public StructType columns() {
    return ReadSchema.TABLE;
  }

  @Override
  public MetadataColumn[] hidden() {
    return ReadSchema.hidden(
        ReadSchema.ETAG,
        ReadSchema.METADATA,
        ReadSchema.PARENT,
        ReadSchema.BATCH,
        ReadSchema.CONTENT_REF);
  }

  @Override
  public boolean isRead(String column) {
    return column.equals(ReadSchema.CONTENT);
  }

  @Override
  public boolean looksInside() {
    return false;
  }
}
