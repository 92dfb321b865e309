package io.s3dlio.spark.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.execution.datasources.PartitioningUtils;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * What objects' directories say, as Spark keeps it in rows. Objects of one directory mostly come
 * together, so the latest directory is remembered. Thread-safe.
 */
final class PartitionValues {
  private final PartitionColumns columns;
  private final ZoneId zone;
  private volatile @Nullable Directory latest;

  PartitionValues(PartitionColumns columns) {
    this.columns = columns;
    this.zone = ZoneId.of(columns.zone());
  }

  /** What one directory says. Immutable. */
  private static final class Directory {
    private final byte[] path;
    private final @Nullable Object[] values;

    /**
     * @param path with its slash, in UTF-8
     * @param values of each column what it is, or the {@link Problem} with it
     */
    Directory(byte[] path, @Nullable Object[] values) {
      this.path = path;
      this.values = values;
    }

    boolean isOf(byte[] object, int end) {
      return Arrays.equals(path, 0, path.length, object, 0, end);
    }
  }

  /** Why there is no value. */
  private record Problem(String reason, String remedy, @Nullable Exception cause) {
    IllegalArgumentException of(Location object) {
      return new IllegalArgumentException(
          "Cannot read %s: %s. %s".formatted(object, reason, remedy), cause);
    }
  }

  /**
   * Returns an object's value of a column; null where its directory says so.
   *
   * @throws IllegalArgumentException if no directory says it, or not in a way that has the type
   */
  @Nullable Object value(ObjectTable objects, int object, int column) {
    Object value = directory(objects, object).values[column];
    if (value instanceof Problem problem) {
      throw problem.of(objects.location(object));
    }
    return value;
  }

  /**
   * @throws IllegalArgumentException if there is no such column
   */
  int indexOf(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException("There is no column " + column);
    }
    return index;
  }

  DataType type(int column) {
    return columns.schema().apply(column).dataType();
  }

  /** Returns whether there is a value, be it null. */
  boolean has(ObjectTable objects, int object, int column) {
    return !(directory(objects, object).values[column] instanceof Problem);
  }

  private Directory directory(ObjectTable objects, int object) {
    byte[] path = objects.path(object);
    int end = path.length;
    while (path[end - 1] != '/') {
      end--;
    }
    Directory known = latest;
    if (known == null || !known.isOf(path, end)) {
      known = read(Arrays.copyOf(path, end));
      latest = known;
    }
    return known;
  }

  private Directory read(byte[] path) {
    List<String> directories = columns.directories(new String(path, UTF_8));
    StructField[] fields = columns.schema().fields();
    @Nullable Object[] values = new Object[fields.length];
    for (int i = 0; i < fields.length; i++) {
      String name = fields[i].name();
      Optional<String> found =
          directories.stream().filter(directory -> isOf(directory, name)).findFirst();
      values[i] = found.isPresent() ? value(fields[i], found.get()) : missing(name);
    }
    return new Directory(path, values);
  }

  private boolean isOf(String directory, String column) {
    int equals = directory.indexOf('=');
    return equals > 0
        && columns.isNamed(
            ExternalCatalogUtils.unescapePathName(directory.substring(0, equals)), column);
  }

  private Problem missing(String column) {
    return new Problem(
        "its path has no directory '%s=...' below %s"
            .formatted(column, columns.bases().isEmpty() ? "" : columns.bases().get(0).uri()),
        columns.discovered()
            ? "It was written since the load, or lies beside the directories that give columns"
            : "Load the path that has such directories, or set basePath to a path above them",
        null);
  }

  private @Nullable Object value(StructField column, String directory) {
    String text = directory.substring(directory.indexOf('=') + 1);
    try {
      return value(column.dataType(), text);
    } catch (RuntimeException e) {
      return new Problem(
          "'%s' in its path has no value of type %s for the column '%s'"
              .formatted(directory, column.dataType().sql(), column.name()),
          "Name it with another type: option(\"partitionColumns\", \"%s string\")"
              .formatted(column.name()),
          e);
    }
  }

  /**
   * @throws RuntimeException if the text has no value of that type
   */
  private @Nullable Object value(DataType type, String text) {
    if (text.equals(ExternalCatalogUtils.DEFAULT_PARTITION_NAME())) {
      return null;
    }
    // Spark would cut a number that is too large.
    boolean small = type.equals(DataTypes.ByteType) || type.equals(DataTypes.ShortType);
    Object value =
        text.isEmpty()
            ? null
            : PartitioningUtils.castPartValueToDesiredType(
                small ? DataTypes.IntegerType : type, text, zone);
    boolean fits =
        type instanceof DecimalType decimal
            ? value instanceof Decimal number
                && number.changePrecision(decimal.precision(), decimal.scale())
            : value != null;
    if (!fits) {
      throw new IllegalArgumentException(text);
    }
    if (type.equals(DataTypes.ByteType)) {
      return Byte.valueOf(String.valueOf(value));
    }
    return type.equals(DataTypes.ShortType) ? Short.valueOf(String.valueOf(value)) : value;
  }
}
