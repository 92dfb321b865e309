package io.s3dlio.spark.write;

import io.s3dlio.spark.config.Encoding;
import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.Options;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.Scope;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.Location;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What the rows of a write mean. Decided by the schema alone when the write is planned. */
sealed interface RowShape extends Serializable
    permits SyntheticRows, ContentRows, EncodedRows, CheckpointRows {
  String SHAPES =
      "Write either objects to generate: id BIGINT[, name STRING][, size BIGINT][, object_type"
          + " STRING]; or content: name STRING (or path STRING), content BINARY";

  /** Returns what the rows are, for plans. */
  String describe();

  /** Returns whether a row gives its object this name for all that is known without the rows. */
  boolean mayName(String name);

  /** Returns whether no other job names objects so: they go with a job that fails. */
  default boolean ownsNames() {
    return false;
  }

  /** Returns the columns by which the rows of each task are to be sorted. */
  default List<String> sortedBy() {
    return List.of();
  }

  /**
   * Decides what the rows of this schema mean. Names are taken in any case.
   *
   * @param prefix what the objects go below
   * @param partitionColumns what directories are made of
   * @param jobId names the job in the names of files
   * @throws IllegalArgumentException if they mean nothing, or not with these options
   */
  static RowShape of(
      StructType schema,
      Location prefix,
      List<String> partitionColumns,
      String jobId,
      ResolvedOptions options) {
    if (options.value(WriteOptions.CHECKPOINT).isPresent()) {
      return CheckpointRows.of(new Columns(schema), partitionColumns, options);
    }
    if (options.value(WriteOptions.ENCODE) != Encoding.NONE) {
      return EncodedRows.of(schema, partitionColumns, jobId, options);
    }
    EncodedRows.requireNoneOf(options);
    if (!partitionColumns.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot partition by %s: a row is an object, which its name puts into a directory. partitionBy"
                  .formatted(String.join(", ", partitionColumns))
              + " is for rows that become files, with encode");
    }
    Columns columns = new Columns(schema);
    return columns.has(ContentRows.CONTENT)
        ? ContentRows.of(columns, prefix, options)
        : SyntheticRows.of(columns, options);
  }

  /**
   * Refuses all options of writes but some.
   *
   * @param reason why the others mean nothing
   */
  static void requireOnly(Set<OptionKey<?>> meaningful, String reason, ResolvedOptions options) {
    Options.all().stream()
        .filter(option -> option.scope() == Scope.WRITE && !meaningful.contains(option))
        .forEach(option -> options.requireNotSet(option, reason));
  }

  /** The columns of a schema, by name in any case. */
  final class Columns {
    private final Map<String, Column> byName = new LinkedHashMap<>();

    Columns(StructType schema) {
      StructField[] fields = schema.fields();
      for (int i = 0; i < fields.length; i++) {
        Column column = new Column(fields[i].name(), i, fields[i].dataType());
        if (byName.put(column.name().toLowerCase(Locale.ROOT), column) != null) {
          throw refused("column '%s' is there twice".formatted(column.name()));
        }
      }
    }

    /**
     * @throws IllegalArgumentException if there is no such column
     */
    Column require(String name) {
      Column column = byName.get(name.toLowerCase(Locale.ROOT));
      if (column == null) {
        throw new IllegalArgumentException(
            "Cannot partition by '%s': no such column".formatted(name));
      }
      return column;
    }

    boolean has(String name) {
      return byName.containsKey(name);
    }

    @Nullable Column integer(String name) {
      return typed(
          name,
          "an integer",
          type ->
              type instanceof LongType
                  || type instanceof IntegerType
                  || type instanceof ShortType
                  || type instanceof ByteType);
    }

    @Nullable Column string(String name) {
      return typed(name, "a STRING", StringType.class::isInstance);
    }

    @Nullable Column binary(String name) {
      return typed(name, "BINARY", BinaryType.class::isInstance);
    }

    private @Nullable Column typed(String name, String kind, Predicate<DataType> accepts) {
      Column column = byName.get(name);
      if (column != null && !accepts.test(column.type())) {
        throw refused(
            "column '%s' is %s, not %s".formatted(column.name(), column.type().sql(), kind));
      }
      return column;
    }

    /** Fails if there is a column of another name. */
    void requireOnly(Set<String> known) {
      String unknown =
          byName.entrySet().stream()
              .filter(column -> !known.contains(column.getKey()))
              .map(column -> "'" + column.getValue().name() + "'")
              .collect(Collectors.joining(", "));
      if (!unknown.isEmpty()) {
        throw refused("they have the unknown column %s".formatted(unknown));
      }
    }

    static IllegalArgumentException refused(String reason) {
      return new IllegalArgumentException("Cannot write rows: %s. %s".formatted(reason, SHAPES));
    }
  }
}
