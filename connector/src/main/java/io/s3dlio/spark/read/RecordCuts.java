package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.format.TfRecordSplit;
import io.s3dlio.format.TfRecordSplits;
import io.s3dlio.spark.config.RecordSplit;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts large TFRecord objects between records, when splits are planned. */
final class RecordCuts {
  private static final Logger LOG = LoggerFactory.getLogger(RecordCuts.class);

  private static final String INDEX = ".idx";

  /** Of smaller records reading the head of each is no better than reading them all. */
  private static final long LEAST_HOP = 64 << 10;

  /** A head is a request. */
  private static final long MOST_HOPS = 100_000;

  private final RecordDecoding decoding;
  private final ReaderConfig config;
  private final long maxBytes;
  private final Map<String, ObjectInfo> indexes = new HashMap<>();

  /**
   * @param maxBytes objects larger than this are cut
   */
  RecordCuts(RecordDecoding decoding, ReaderConfig config, long maxBytes) {
    this.decoding = decoding;
    this.config = config;
    this.maxBytes = maxBytes;
  }

  /** Returns whether an object is another one's index by its name. */
  static boolean isIndex(Location object) {
    return object.key().endsWith(INDEX);
  }

  /** Returns objects without the indexes of others, which are remembered. */
  ObjectIndex withoutIndexes(ObjectIndex all) {
    List<ObjectTable> tables = new ArrayList<>();
    for (ObjectTable table : all.tables()) {
      BitSet data = new BitSet(table.size());
      for (int i = 0; i < table.size(); i++) {
        if (isIndex(table.location(i))) {
          indexes.put(table.location(i).toString(), table.info(i));
        } else {
          data.set(i);
        }
      }
      tables.add(table.select(data));
    }
    return all.with(tables);
  }

  /** Returns the splits with those of one large object cut into several. */
  List<S3dlioInputPartition> cut(List<S3dlioInputPartition> splits) {
    List<Callable<List<S3dlioInputPartition>>> cuts = new ArrayList<>();
    for (S3dlioInputPartition split : splits) {
      cuts.add(() -> split.isOneObject() ? cut(split) : List.of(split));
    }
    if (cuts.isEmpty()) {
      return splits;
    }
    try (ListThreads threads = new ListThreads()) {
      return threads.all(cuts).stream().flatMap(List::stream).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private List<S3dlioInputPartition> cut(S3dlioInputPartition split) throws IOException {
    ObjectInfo object = split.objects().info(split.first());
    if (object.length() <= maxBytes || decoding.split() == RecordSplit.NONE) {
      return List.of(split);
    }
    return records(object).stream().map(part -> split.part(part.start(), part.end())).toList();
  }

  private List<TfRecordSplit> records(ObjectInfo object) throws IOException {
    List<TfRecordSplit> whole = List.of(new TfRecordSplit(0, object.length()));
    RangeEngineConfig ranges = requireNonNull(config.ranges().get(object.location().scheme()));
    ObjectReader reader =
        new EngineReader(
            Stores.open(object.location(), config.store()).reader(),
            ranges,
            ranges.maxConcurrentRanges(),
            new CancellationToken());
    OptionalLong first = TfRecordSplits.firstRecordLength(reader, object);
    if (first.isEmpty()) {
      LOG.info("Not split is {}: it is compressed, or no TFRecord object", object.location());
      return whole;
    }
    if (decoding.split() == RecordSplit.RESYNC) {
      return TfRecordSplits.byResync(reader, object, maxBytes);
    }
    ObjectInfo index = indexOf(object);
    if (index != null) {
      return TfRecordSplits.byIndex(reader, index, object, maxBytes);
    }
    if (first.getAsLong() < LEAST_HOP || object.length() / first.getAsLong() > MOST_HOPS) {
      LOG.info(
          "Not split is {}: it has no index {}, and its records are small or very many",
          object.location(),
          INDEX);
      return whole;
    }
    return TfRecordSplits.byHopping(reader, object, maxBytes, decoding.verifyCrc());
  }

  private @Nullable ObjectInfo indexOf(ObjectInfo object) {
    String path = object.location().toString();
    ObjectInfo beside = indexes.get(path + INDEX);
    int dot = path.toLowerCase(Locale.ROOT).lastIndexOf(".tfrecord");
    return beside != null || dot < 0 ? beside : indexes.get(path.substring(0, dot) + INDEX);
  }
}
