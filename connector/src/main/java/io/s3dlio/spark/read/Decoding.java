package io.s3dlio.spark.read;

import java.io.Serializable;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.StructType;

/** What objects are taken for, and so which rows they are. */
sealed interface Decoding extends Serializable
    permits ContentDecoding, ArrayDecoding, RecordDecoding {
  /** Returns the columns of a row, but those of directories. */
  StructType columns();

  /** Returns the columns that are there only where they are selected. */
  MetadataColumn[] hidden();

  /** Returns whether a column's values are read of objects, and so unknown to the listing. */
  boolean isRead(String column);

  /** Returns whether how many rows an object is is known only once it is read. */
  boolean looksInside();
}
