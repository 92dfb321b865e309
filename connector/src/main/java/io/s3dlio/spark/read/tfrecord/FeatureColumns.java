package io.s3dlio.spark.read.tfrecord;

import io.s3dlio.format.TfExampleParser;
import io.s3dlio.format.TfRecordReader;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Reads Examples, or SequenceExamples, as values of columns. For one thread. */
public final class FeatureColumns {
  private final boolean isSequence;
  private final TfExampleParser parser;
  private final Column[] columns;

  /**
   * A column; its features are in the parser what it is here.
   *
   * @param feature of a feature; null if none can be such
   * @param inList of each feature of a list; null if no list can be such
   */
  private record Column(
      String name,
      boolean nullable,
      @Nullable FeatureConverter feature,
      @Nullable FeatureConverter inList) {}

  private FeatureColumns(boolean isSequence, List<Column> columns) {
    this.isSequence = isSequence;
    this.parser = TfExampleParser.of(columns.stream().map(Column::name).toList());
    this.columns = columns.toArray(Column[]::new);
  }

  /**
   * Decides how features become columns of their names.
   *
   * @param type {@link RecordType#EXAMPLE} or {@link RecordType#SEQUENCE_EXAMPLE}
   * @throws IllegalArgumentException if no feature can be of a column's type, naming it
   */
  public static FeatureColumns of(StructType schema, RecordType type) {
    boolean isSequence = type == RecordType.SEQUENCE_EXAMPLE;
    List<Column> columns = new ArrayList<>();
    for (StructField field : schema.fields()) {
      Optional<FeatureConverter> feature = FeatureConverter.of(field.dataType());
      Optional<FeatureConverter> inList =
          isSequence && field.dataType() instanceof ArrayType array
              ? FeatureConverter.of(array.elementType())
              : Optional.empty();
      if (feature.isEmpty() && inList.isEmpty()) {
        throw refused(field, type);
      }
      columns.add(
          new Column(field.name(), field.nullable(), feature.orElse(null), inList.orElse(null)));
    }
    return new FeatureColumns(isSequence, columns);
  }

  private static IllegalArgumentException refused(StructField field, RecordType type) {
    DataType column = field.dataType();
    boolean ofSequences =
        column instanceof ArrayType array && FeatureConverter.of(array.elementType()).isPresent();
    return new IllegalArgumentException(
        "Invalid schema: column '%s' is %s, and no feature of %s is such. %s"
            .formatted(
                field.name(),
                column.sql(),
                type,
                ofSequences
                    ? "Arrays of arrays are lists of features: set recordType to SequenceExample"
                    : "Integers, BOOLEAN, FLOAT, DOUBLE, DECIMAL, STRING, BINARY and arrays of these"
                        + " are"));
  }

  /**
   * Fills values, one for each column in order, with what Spark keeps in rows. Of what is not in
   * the record, and of scalars without a value, they are null.
   *
   * @param values at least as many as there are columns
   * @throws CorruptException if the record is none of the kind, or does not fit the columns
   */
  public void read(TfRecordReader record, @Nullable Object[] values) throws IOException {
    if (isSequence) {
      record.parseSequence(parser);
    } else {
      record.parseExample(parser);
    }
    for (int i = 0; i < columns.length; i++) {
      Object value;
      try {
        value = value(columns[i], i);
      } catch (MisfitException e) {
        throw misfit(record, columns[i], String.valueOf(e.getMessage()));
      }
      if (value == null && !columns[i].nullable()) {
        throw misfit(record, columns[i], "it has no value, and the column takes no null");
      }
      values[i] = value;
    }
  }

  private @Nullable Object value(Column column, int number) throws MisfitException {
    if (parser.hasFeature(number)) {
      if (column.feature() == null) {
        throw new MisfitException("it is no list of features, as the column is");
      }
      return column.feature().convert(parser.feature(number));
    }
    if (parser.hasFeatureList(number)) {
      if (column.inList() == null) {
        throw new MisfitException("it is a list of features, as the column is not");
      }
      return FeatureConverter.list(parser.featureList(number), column.inList());
    }
    return null;
  }

  private static CorruptException misfit(TfRecordReader record, Column column, String reason) {
    return record.corrupt("the feature '%s' does not fit: %s".formatted(column.name(), reason));
  }
}
