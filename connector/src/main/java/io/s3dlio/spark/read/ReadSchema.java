package io.s3dlio.spark.read;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
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

  /** The hidden column by which Python gets content without its bytes passing through Spark. */
  public static final String CONTENT_REF = "_content_ref";

  /** The hidden column of what Spark's file sources tell of a row's file, and of its version. */
  public static final String METADATA = "_metadata";

  /**
   * The hidden column of the number of the batch that a row is in, where {@code batchSize} is set.
   */
  public static final String BATCH = "_batch";

  /** The hidden column of the path without its last name. */
  public static final String PARENT = "_parent";

  public static final StructType TABLE =
      new StructType()
          .add(PATH, DataTypes.StringType, false)
          .add(MODIFICATION_TIME, DataTypes.TimestampType, false)
          .add(LENGTH, DataTypes.LongType, false)
          .add(OFFSET, DataTypes.LongType, false)
          .add(CONTENT, DataTypes.BinaryType, true);

  private ReadSchema() {}

  /** Returns whether a schema has the columns of another one, and perhaps more after them. */
  public static boolean beginsWith(StructType schema, StructType other) {
    boolean same = schema.length() >= other.length();
    for (int i = 0; same && i < other.length(); i++) {
      StructField field = schema.apply(i);
      StructField wanted = other.apply(i);
      same = field.name().equals(wanted.name()) && field.dataType().equals(wanted.dataType());
    }
    return same;
  }

  private static final List<MetadataColumn> HIDDEN =
      List.of(
          new Hidden(PATH, DataTypes.StringType, "Where the object is."),
          new Hidden(MODIFICATION_TIME, DataTypes.TimestampType, "When it was last written."),
          new Hidden(LENGTH, DataTypes.LongType, "The object's bytes."),
          new Hidden(OFFSET, DataTypes.LongType, "Where in the object the row begins."),
          new Hidden(ETAG, DataTypes.StringType, "The version of the object that was listed."),
          new Hidden(METADATA, ObjectMetadata.TYPE, "Spark's _metadata of files, and the version."),
          new Hidden(PARENT, DataTypes.StringType, "The path without its last name."),
          new Hidden(BATCH, DataTypes.LongType, "The number of the batch, where batchSize is set."),
          new Hidden(
              CONTENT_REF, ContentRef.TYPE, "Where Python finds the content: see s3dlio_spark."));

  /** Returns these columns as hidden ones, produced only where they are selected. */
  static MetadataColumn[] hidden(String... names) {
    List<String> wanted = Arrays.asList(names);
    return HIDDEN.stream()
        .filter(column -> wanted.contains(column.name()))
        .toArray(MetadataColumn[]::new);
  }

  /** Returns whether rows have content by reference alone, for Python. */
  static boolean isReference(StructType columns) {
    List<String> names = Arrays.asList(columns.fieldNames());
    return names.contains(CONTENT_REF) && !names.contains(CONTENT);
  }

  /** Returns these columns, references with all of their fields. */
  static StructType whole(StructType columns) {
    StructType whole = new StructType();
    for (StructField column : columns.fields()) {
      whole =
          whole.add(
              column.name().equals(CONTENT_REF)
                  ? new StructField(
                      CONTENT_REF, ContentRef.TYPE, column.nullable(), column.metadata())
                  : column);
    }
    return whole;
  }

  private record Hidden(String name, DataType dataType, String comment) implements MetadataColumn {
    @Override
    public boolean isNullable() {
      return false;
    }
  }
}
