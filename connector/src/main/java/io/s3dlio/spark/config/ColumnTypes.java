package io.s3dlio.spark.config;

import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns as text, {@code label string, day int}, of the types that directories can give. */
public final class ColumnTypes {
  private static final Set<DataType> TYPES =
      Set.of(
          DataTypes.StringType,
          DataTypes.BooleanType,
          DataTypes.ByteType,
          DataTypes.ShortType,
          DataTypes.IntegerType,
          DataTypes.LongType,
          DataTypes.FloatType,
          DataTypes.DoubleType,
          DataTypes.DateType,
          DataTypes.TimestampType,
          DataTypes.TimestampNTZType);

  private ColumnTypes() {}

  /**
   * Returns the columns, all of which may be null.
   *
   * @throws IllegalArgumentException with what is wrong with the text
   */
  static StructType parse(String text) {
    StructType columns = parsed(text);
    for (StructField column : columns.fields()) {
      if (!areKnown(column.dataType())) {
        throw new IllegalArgumentException(
            "'%s' is of type %s, and a directory gives text, numbers, booleans, dates and times alone"
                .formatted(column.name(), column.dataType().sql()));
      }
      if (!column.nullable()) {
        throw new IllegalArgumentException(
            "'%s' may be null, as every such column; leave NOT NULL out".formatted(column.name()));
      }
    }
    return columns;
  }

  /** Returns whether a directory can give values of a type. */
  public static boolean areKnown(DataType type) {
    return TYPES.contains(type) || type instanceof DecimalType;
  }

  /** Spark's exceptions are checked ones, which Scala does not declare. */
  private static StructType parsed(String text) {
    try {
      return StructType.fromDDL(text);
    } catch (Exception e) {
      List<String> lines = String.valueOf(e.getMessage()).lines().map(String::strip).toList();
      throw new IllegalArgumentException(
          "must be columns and their types, as in 'label string, day int': "
              + lines.stream().filter(line -> !line.isEmpty()).findFirst().orElse(""),
          e);
    }
  }
}
