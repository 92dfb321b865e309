package io.s3dlio.spark.read.tfrecord;

import io.s3dlio.format.TfExampleParser;
import io.s3dlio.format.TfRecordReader;
import io.s3dlio.format.TfValues;
import io.s3dlio.format.TfValues.Kind;
import io.s3dlio.spark.config.RecordType;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Finds out what columns Examples, or SequenceExamples, have, as spark-tfrecord does: a feature
 * that has one value in every record is BIGINT, FLOAT or STRING, one that has not is an array of
 * such, and a list of features an array of arrays. Bytes are STRING as there if all that were seen
 * are UTF-8, else BINARY. Not thread-safe.
 */
public final class FeatureInference {
  private final boolean isSequence;
  private final TfExampleParser parser = TfExampleParser.ofAll();
  private final Map<String, Seen> columns = new TreeMap<>();

  /**
   * What is known of a column.
   *
   * @param depth how deep its arrays are
   * @param text whether its bytes, if it has some, are text
   */
  private record Seen(Kind kind, int depth, boolean text) {
    Seen(TfValues feature, int depth) {
      this(feature.kind(), depth, isText(feature));
    }

    private static boolean isText(TfValues feature) {
      for (int i = 0; feature.kind() == Kind.BYTES && i < feature.count(); i++) {
        if (!UTF8String.fromBytes(feature.bytes(i)).isValid()) {
          return false;
        }
      }
      return true;
    }

    Seen with(String name, Seen other) {
      if (kind != Kind.NONE && other.kind() != Kind.NONE && kind != other.kind()) {
        throw different(name, text(kind), text(other.kind()));
      }
      if (depth != other.depth() && (depth == 2 || other.depth() == 2)) {
        throw different(name, "a feature", "a list of features");
      }
      return new Seen(
          kind == Kind.NONE ? other.kind() : kind,
          Math.max(depth, other.depth()),
          text && other.text());
    }

    private static IllegalArgumentException different(String name, String one, String other) {
      return new IllegalArgumentException(
          "Cannot infer the type of '%s': it is %s in one record and %s in another. Give a schema"
              .formatted(name, one, other));
    }

    private static String text(Kind kind) {
      return kind.name().toLowerCase(Locale.ROOT);
    }

    DataType type() {
      DataType type =
          switch (kind) {
            case INT64 -> DataTypes.LongType;
            case FLOAT -> DataTypes.FloatType;
            default -> text ? DataTypes.StringType : DataTypes.BinaryType;
          };
      for (int i = 0; i < depth; i++) {
        type = DataTypes.createArrayType(type);
      }
      return type;
    }
  }

  /**
   * @param type {@link RecordType#EXAMPLE} or {@link RecordType#SEQUENCE_EXAMPLE}
   */
  public FeatureInference(RecordType type) {
    this.isSequence = type == RecordType.SEQUENCE_EXAMPLE;
  }

  /**
   * Takes a record into account.
   *
   * @throws io.s3dlio.storage.CorruptException if it is none of the kind
   * @throws IllegalArgumentException if it and one before have no type in common
   */
  public void add(TfRecordReader record) throws IOException {
    if (isSequence) {
      record.parseSequence(parser);
    } else {
      record.parseExample(parser);
    }
    for (int i = 0; i < parser.names(); i++) {
      if (parser.hasFeature(i)) {
        TfValues feature = parser.feature(i);
        // A feature of no kind says nothing of how many values others have.
        boolean scalar = feature.count() == 1 || feature.kind() == Kind.NONE;
        add(parser.name(i), new Seen(feature, scalar ? 0 : 1));
      }
      if (parser.hasFeatureList(i)) {
        Seen list = new Seen(Kind.NONE, 2, true);
        for (TfValues feature : parser.featureList(i)) {
          list = list.with(parser.name(i), new Seen(feature, 2));
        }
        add(parser.name(i), list);
      }
    }
  }

  private void add(String name, Seen seen) {
    Seen before = columns.get(name);
    columns.put(name, before == null ? seen : before.with(name, seen));
  }

  /**
   * Returns the columns, in order of their names; those of which no value was seen are left out.
   */
  public StructType schema() {
    StructType schema = new StructType();
    for (Map.Entry<String, Seen> column : columns.entrySet()) {
      if (column.getValue().kind() != Kind.NONE) {
        schema = schema.add(column.getKey(), column.getValue().type(), true);
      }
    }
    return schema;
  }
}
