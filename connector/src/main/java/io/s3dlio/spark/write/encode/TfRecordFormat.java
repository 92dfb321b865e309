package io.s3dlio.spark.write.encode;

import io.s3dlio.datagen.Compression;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.ResolvedOptions.Origin;
import io.s3dlio.spark.config.WriteOptions;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.NullType;

/**
 * TFRecord files: a record for each row.
 *
 * @param maxBytes when a file is full, in bytes before compression
 */
record TfRecordFormat(
    RecordType type, Compression compression, List<EncodedColumn> columns, long maxBytes)
    implements ShardFormat {
  private static final String TYPES =
      "Integers and BOOLEAN become int64, FLOAT, DOUBLE and DECIMAL float, STRING and BINARY bytes,"
          + " and so do arrays of them; cast it, or leave it out";

  TfRecordFormat {
    columns = List.copyOf(columns);
  }

  static TfRecordFormat of(List<EncodedColumn> columns, ResolvedOptions options) {
    options.requireNotSet(WriteOptions.SAMPLE_AXIS, "it is one of encode=npz");
    RecordType type = options.value(WriteOptions.RECORD_TYPE);
    if (type == RecordType.BYTE_ARRAY) {
      requireBinary(columns);
    } else {
      columns.forEach(column -> requireEncodable(column, type));
    }
    return new TfRecordFormat(
        type,
        compression(options),
        columns,
        options.value(WriteOptions.MAX_BYTES_PER_FILE).orElse(Long.MAX_VALUE));
  }

  private static Compression compression(ResolvedOptions options) {
    Compression compression = options.value(WriteOptions.COMPRESSION);
    if (compression != Compression.NONE && compression != Compression.GZIP) {
      throw new IllegalArgumentException(
          "Invalid compression: '%s' (of encode=tfrecord: none, gzip)".formatted(compression));
    }
    Optional<Compression> codec = options.value(WriteOptions.CODEC);
    if (codec.isPresent()
        && options.origin(WriteOptions.COMPRESSION) != Origin.DEFAULT
        && codec.get() != compression) {
      throw new IllegalArgumentException(
          "Invalid codec: %s (compression says %s; they are two names of one option)"
              .formatted(codec.get(), compression));
    }
    return codec.orElse(compression);
  }

  private static void requireBinary(List<EncodedColumn> columns) {
    if (columns.size() != 1 || !(columns.get(0).type() instanceof BinaryType)) {
      throw new IllegalArgumentException(
          "Cannot write rows as records: recordType=ByteArray takes one BINARY column, there are %d"
                  .formatted(columns.size())
              + (columns.size() == 1 ? ", of " + columns.get(0).type().sql() : ""));
    }
  }

  private static void requireEncodable(EncodedColumn column, RecordType type) {
    if (FeatureEncoder.isNested(column.type()) && type == RecordType.EXAMPLE) {
      throw ShardFormat.refused(
          column,
          "a feature of an Example",
          "Set recordType to SequenceExample for arrays of arrays, or flatten it");
    }
    if (!(column.type() instanceof NullType)
        && FeatureEncoder.feature(column.type()).isEmpty()
        && FeatureEncoder.featureList(column.type()).isEmpty()) {
      throw ShardFormat.refused(column, "a feature", TYPES);
    }
  }

  @Override
  public String describe() {
    return "rows as tfrecord (%s)".formatted(type);
  }

  @Override
  public String extension() {
    return compression == Compression.GZIP ? ".tfrecord.gz" : ".tfrecord";
  }

  @Override
  public ShardEncoder encoder() {
    RecordEncoder records =
        type == RecordType.BYTE_ARRAY
            ? new ByteArrayEncoder(columns.get(0))
            : new ExampleEncoder(columns, type);
    return new TfRecordEncoder(records, compression, maxBytes);
  }
}
