package io.s3dlio.spark.write;

import io.s3dlio.storage.HiddenNames;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;

/**
 * The directory of a row, {@code a=1/b=x/}, as Spark's file sources have it.
 *
 * @param columns whose values it names; none for no directory
 */
record PartitionDirectory(List<Column> columns) implements Serializable {
  PartitionDirectory {
    columns = List.copyOf(columns);
    columns.forEach(PartitionDirectory::requireNameable);
  }

  private static void requireNameable(Column column) {
    DataType type = column.type();
    boolean known =
        type instanceof StringType
            || type instanceof BooleanType
            || type instanceof DateType
            || type instanceof DecimalType
            || isInteger(type);
    if (!known) {
      throw new IllegalArgumentException(
          "Cannot partition by column '%s': it is %s. Strings, integers, BOOLEAN, DATE and DECIMAL"
                  .formatted(column.name(), type.sql())
              + " name directories; cast it to STRING");
    }
    if (HiddenNames.hides(directory(column.name(), "x"))) {
      throw new IllegalArgumentException(
          "Cannot partition by column '%s': reads hide directories of such names. Rename it"
              .formatted(column.name()));
    }
  }

  private static boolean isInteger(DataType type) {
    return type instanceof LongType
        || type instanceof IntegerType
        || type instanceof ShortType
        || type instanceof ByteType;
  }

  /** Returns it with its slash; empty for none. */
  String of(InternalRow row) {
    StringBuilder path = new StringBuilder();
    for (Column column : columns) {
      path.append(directory(column.name(), text(column, row))).append('/');
    }
    return path.toString();
  }

  private static String directory(String name, String value) {
    return ExternalCatalogUtils.getPartitionPathString(name, value);
  }

  /** An empty string is null there, as Spark has it. */
  private static String text(Column column, InternalRow row) {
    if (column.isNull(row)) {
      return ExternalCatalogUtils.DEFAULT_PARTITION_NAME();
    }
    DataType type = column.type();
    if (isInteger(type)) {
      return Long.toString(column.integer(row));
    }
    if (type instanceof BooleanType) {
      return Boolean.toString(row.getBoolean(column.ordinal()));
    }
    if (type instanceof DateType) {
      return LocalDate.ofEpochDay(row.getInt(column.ordinal())).toString();
    }
    if (type instanceof DecimalType decimal) {
      return row.getDecimal(column.ordinal(), decimal.precision(), decimal.scale()).toString();
    }
    return column.text(row);
  }
}
