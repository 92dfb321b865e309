package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The hidden struct {@code _metadata} of Spark's file sources, with the versions of objects.
 *
 * @param fields those that are asked for, in order
 * @param versionId the version of the one object that is read; null for the newest
 */
record ObjectMetadata(List<String> fields, @Nullable String versionId) implements Serializable {
  static final String FILE_PATH = "file_path";
  static final String FILE_NAME = "file_name";
  static final String FILE_SIZE = "file_size";
  static final String FILE_BLOCK_START = "file_block_start";
  static final String FILE_BLOCK_LENGTH = "file_block_length";
  static final String FILE_MODIFICATION_TIME = "file_modification_time";
  static final String ETAG = "etag";
  static final String VERSION_ID = "version_id";

  static final StructType TYPE =
      new StructType()
          .add(FILE_PATH, DataTypes.StringType, false)
          .add(FILE_NAME, DataTypes.StringType, false)
          .add(FILE_SIZE, DataTypes.LongType, false)
          .add(FILE_BLOCK_START, DataTypes.LongType, false)
          .add(FILE_BLOCK_LENGTH, DataTypes.LongType, false)
          .add(FILE_MODIFICATION_TIME, DataTypes.TimestampType, false)
          .add(ETAG, DataTypes.StringType, true)
          .add(VERSION_ID, DataTypes.StringType, true);

  ObjectMetadata {
    fields = List.copyOf(fields);
  }

  /** Returns the fields that a read's columns ask for; none if they do not ask at all. */
  static List<String> fieldsOf(StructType columns) {
    return Arrays.asList(columns.fieldNames()).contains(ReadSchema.METADATA)
            && columns.apply(ReadSchema.METADATA).dataType() instanceof StructType asked
        ? Arrays.asList(asked.fieldNames())
        : List.of();
  }

  static DataType type(String field) {
    return TYPE.apply(field).dataType();
  }

  /** Returns a text in UTF-8; null if the store has none. */
  byte @Nullable [] text(String field, RowBatch rows, int row) {
    ObjectTable objects = rows.objects();
    int object = rows.object(row);
    return switch (field) {
      case FILE_PATH -> objects.path(object);
      case FILE_NAME -> afterSlash(objects.path(object));
      case ETAG -> bytes(objects.etag(object));
      case VERSION_ID -> bytes(versionId);
      default -> throw noField(field);
    };
  }

  /** Returns a number, or a time in microseconds since 1970. */
  static long number(String field, RowBatch rows, int row) {
    int object = rows.object(row);
    return switch (field) {
      case FILE_SIZE -> rows.objects().length(object);
      case FILE_BLOCK_START -> rows.offset(row);
      case FILE_BLOCK_LENGTH -> rows.length(row);
      case FILE_MODIFICATION_TIME -> rows.objects().modified(object);
      default -> throw noField(field);
    };
  }

  InternalRow row(RowBatch rows, int row) {
    @Nullable Object[] values = new Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      String field = fields.get(i);
      values[i] =
          type(field).equals(DataTypes.StringType)
              ? UTF8String.fromBytes(text(field, rows, row))
              : (Object) number(field, rows, row);
    }
    return new GenericInternalRow(values);
  }

  /** Returns a path without its last name and the slash before that. */
  static byte[] parent(byte[] path) {
    return Arrays.copyOf(path, lastSlash(path));
  }

  private static byte[] afterSlash(byte[] path) {
    return Arrays.copyOfRange(path, lastSlash(path) + 1, path.length);
  }

  private static int lastSlash(byte[] path) {
    int slash = path.length - 1;
    while (path[slash] != '/') {
      slash--;
    }
    return slash;
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text.getBytes(UTF_8);
  }

  private static IllegalArgumentException noField(String field) {
    return new IllegalArgumentException("There is no field " + field);
  }
}
