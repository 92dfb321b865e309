package io.s3dlio.spark.read;

import io.s3dlio.spark.config.Decode;
import io.s3dlio.spark.config.DecodeOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns of a read: what objects give, and what directories give. Immutable. */
public final class TableShape {
  /** Objects as they are, wherever they lie. */
  static final TableShape CONTENT = new TableShape(new ContentDecoding(), PartitionColumns.NONE);

  private final Decoding decoding;
  private final PartitionColumns partitions;

  private TableShape(Decoding decoding, PartitionColumns partitions) {
    this.decoding = decoding;
    this.partitions = partitions;
  }

  Decoding decoding() {
    return decoding;
  }

  PartitionColumns partitions() {
    return partitions;
  }

  /** Returns whether finding the columns out takes a look at what is there. */
  public static boolean isSeen(ResolvedOptions options) {
    Decode format = options.value(DecodeOptions.DECODE);
    return PartitionColumns.areAsked(options) || format == Decode.AUTO || format == Decode.TFRECORD;
  }

  /**
   * Returns the columns that options ask for, and looks at what is there if need be.
   *
   * @param given the columns that the user says records have; empty if they are to be found out
   * @throws IllegalArgumentException if options mean nothing, or a column has another one's name
   */
  public static TableShape of(
      Listing listing, ResolvedOptions options, Optional<StructType> given) {
    Decode format = options.value(DecodeOptions.DECODE);
    if (format != Decode.AUTO) {
      // Before anything is listed.
      DecodeOptions.requireMeaning(options, format);
    }
    PartitionColumns partitions = PartitionColumns.of(listing.locations(), options);
    if (format == Decode.AUTO) {
      format = format(listing.objects(ReadPlan.list(listing.locations(), options, partitions)));
      DecodeOptions.requireMeaning(options, format);
    }
    Decoding decoding =
        switch (format) {
          case NONE -> new ContentDecoding();
          case TFRECORD -> records(listing, options, partitions, given);
          default -> ArrayDecoding.of(format, options);
        };
    partitions.requireApart(decoding);
    return new TableShape(decoding, partitions);
  }

  private static Decoding records(
      Listing listing,
      ResolvedOptions options,
      PartitionColumns partitions,
      Optional<StructType> given) {
    if (given.isPresent()) {
      options.requireNotSet(
          DecodeOptions.INFER_RECORDS, "nothing is inferred where the schema is given");
    }
    StructType columns =
        given
            .map(schema -> without(schema, partitions))
            .orElseGet(() -> RecordSample.columns(listing, options, partitions));
    return RecordDecoding.of(columns, options);
  }

  private static StructType without(StructType schema, PartitionColumns partitions) {
    StructType columns = new StructType();
    for (StructField column : schema.fields()) {
      columns = partitions.indexOf(column.name()) < 0 ? columns.add(column) : columns;
    }
    return columns.asNullable();
  }

  /** Returns which format all objects are of by their names; {@link Decode#AUTO} for several. */
  private static Decode format(ObjectIndex index) {
    Set<Decode> formats = new TreeSet<>();
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        if (!RecordCuts.isIndex(table.location(i))) {
          formats.add(Suffixes.formatOf(table.location(i)));
        }
      }
    }
    if (formats.size() > 1 && formats.contains(Decode.TFRECORD)) {
      throw new IllegalArgumentException(
          "Cannot read with decode=auto: records and arrays have other columns, and there are %s"
                  .formatted(formats.stream().map(Enum::name).collect(Collectors.joining(", ")))
              + ". Choose objects with pathGlobFilter");
    }
    return formats.size() == 1 ? formats.iterator().next() : Decode.AUTO;
  }

  /** Returns the columns in order. */
  public StructType schema() {
    StructType table = decoding.columns();
    for (StructField column : partitions.schema().fields()) {
      table = table.add(column);
    }
    return table;
  }

  /**
   * Returns the columns that are there only where they are selected, of a table whose columns the
   * user gave and nobody has looked at yet.
   *
   * @param decoded whether objects are taken for files of a format
   */
  public static MetadataColumn[] hidden(StructType given, boolean decoded) {
    if (!decoded) {
      return new ContentDecoding().hidden();
    }
    return ReadSchema.beginsWith(given, ArrayDecoding.COLUMNS)
        ? ArrayDecoding.hiddenColumns()
        : RecordDecoding.hiddenColumns();
  }

  /** Returns the columns that are there only where they are selected. */
  public MetadataColumn[] hidden() {
    return decoding.hidden();
  }
}
