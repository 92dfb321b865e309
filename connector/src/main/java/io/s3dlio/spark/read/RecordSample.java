package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.format.TfRecordCompression;
import io.s3dlio.format.TfRecordReader;
import io.s3dlio.spark.config.DecodeOptions;
import io.s3dlio.spark.config.ParseMode;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.read.tfrecord.FeatureInference;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out what columns records have, by looking at some of some objects. */
final class RecordSample {
  private static final Logger LOG = LoggerFactory.getLogger(RecordSample.class);

  private static final int OBJECTS = 10;

  private final ListSettings settings;
  private final Map<String, RangeEngineConfig> ranges;
  private final boolean verifyCrc;
  private final boolean lenient;
  private final FeatureInference inference;

  private RecordSample(Listing listing, ListSettings settings, ResolvedOptions options) {
    this.settings = settings;
    this.ranges = ReadPlan.ranges(listing.locations(), settings.store(), options);
    this.verifyCrc = options.value(DecodeOptions.VERIFY_CRC).orElse(true);
    this.lenient = options.value(DecodeOptions.MODE) != ParseMode.FAILFAST;
    this.inference = new FeatureInference(options.value(DecodeOptions.RECORD_TYPE));
  }

  /** Returns the columns of records; of such as are to be taken as they are without a look. */
  static StructType columns(Listing listing, ResolvedOptions options, PartitionColumns partitions) {
    if (options.value(DecodeOptions.RECORD_TYPE) == RecordType.BYTE_ARRAY) {
      options.requireNotSet(
          DecodeOptions.INFER_RECORDS, "nothing is inferred with recordType=ByteArray");
      return RecordDecoding.asTheyAre(options);
    }
    ListSettings settings = ReadPlan.list(listing.locations(), options, partitions);
    RecordSample sample = new RecordSample(listing, settings, options);
    try {
      sample.read(some(listing.objects(settings)), options.value(DecodeOptions.INFER_RECORDS));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    StructType columns = sample.inference.schema();
    if (columns.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot infer the columns of records at %s: there is no feature in those that were looked"
                  .formatted(listing.locations().get(0))
              + " at. Give a schema, or raise the option inferRecords");
    }
    return RecordDecoding.withCorruptColumn(columns, options);
  }

  /** Returns the first object that is not empty, the last, and some between. */
  private static List<ObjectInfo> some(ObjectIndex index) {
    List<ObjectInfo> objects = new ArrayList<>();
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        if (table.length(i) > 0 && !RecordCuts.isIndex(table.location(i))) {
          objects.add(table.info(i));
        }
      }
    }
    if (objects.size() <= OBJECTS) {
      return objects;
    }
    List<ObjectInfo> some = new ArrayList<>();
    for (int i = 0; i < OBJECTS; i++) {
      some.add(objects.get((int) ((objects.size() - 1L) * i / (OBJECTS - 1))));
    }
    return some;
  }

  private void read(List<ObjectInfo> objects, int records) throws IOException {
    int left = records;
    for (int i = 0; i < objects.size(); i++) {
      // What one object has not is looked for in the next.
      left -= read(objects.get(i), Math.max(1, left / (objects.size() - i)));
    }
  }

  private int read(ObjectInfo object, int most) throws IOException {
    RangeEngineConfig config = requireNonNull(ranges.get(object.location().scheme()));
    ObjectReader reader =
        new EngineReader(
            Stores.open(object.location(), settings.store()).reader(),
            config,
            config.maxConcurrentRanges(),
            new CancellationToken());
    int count = 0;
    try (TfRecordReader records =
        TfRecordReader.open(
            reader,
            object,
            TfRecordCompression.detect(reader, object),
            verifyCrc,
            TfRecordReader.MAX_LENGTH)) {
      while (count < most && records.next()) {
        inference.add(records);
        count++;
      }
    } catch (CorruptException e) {
      if (!lenient) {
        throw e;
      }
      LOG.warn("Columns are inferred from what is not damaged: {}", e.getMessage());
    }
    return count;
  }
}
