package io.s3dlio.spark.read;

import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of objects read as rows: {@code binaryFile}'s, and the offset of a row's content. */
public final class ReadSchema {
  public static final String PATH = "path";
  public static final String MODIFICATION_TIME = "modificationTime";
  public static final String LENGTH = "length";
  public static final String OFFSET = "offset";
  public static final String CONTENT = "content";

  /** The hidden column of the object's version. */
  public static final String ETAG = "etag";

  public static final StructType TABLE =
      new StructType()
          .add(PATH, DataTypes.StringType, false)
          .add(MODIFICATION_TIME, DataTypes.TimestampType, false)
          .add(LENGTH, DataTypes.LongType, false)
          .add(OFFSET, DataTypes.LongType, false)
          .add(CONTENT, DataTypes.BinaryType, true);

  private ReadSchema() {}

  /** Returns the hidden columns, produced only where they are selected. */
  public static MetadataColumn[] metadataColumns() {
    return new MetadataColumn[] {new Etag()};
  }

  private record Etag() implements MetadataColumn {
    @Override
    public String name() {
      return ETAG;
    }

    @Override
    public DataType dataType() {
      return DataTypes.StringType;
    }

    @Override
    public boolean isNullable() {
      return false;
    }

    @Override
    public String comment() {
      return "The version of the object that was listed.";
    }
  }
}
