package io.s3dlio.storage.loader;

import io.s3dlio.format.TfRecord;
import io.s3dlio.format.TfRecordSplit;
import io.s3dlio.format.TfRecordSplits;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.tuning.SizeSummary;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/** The data of a TFRecord object's records, which follow each other from its beginning. */
final class RecordItems implements Items {
  private static final int FRAME = TfRecord.HEAD + TfRecord.TAIL;

  private final ObjectInfo object;
  private final long[] ends;

  private RecordItems(ObjectInfo object, long[] ends) {
    this.object = object;
    this.ends = ends;
  }

  /**
   * Reads an index.
   *
   * @throws io.s3dlio.storage.CorruptException if it is malformed, or that of another object
   */
  static RecordItems read(ObjectReader reader, ObjectInfo index, ObjectInfo object)
      throws IOException {
    List<TfRecordSplit> records = TfRecordSplits.byIndex(reader, index, object, 1);
    return new RecordItems(object, records.stream().mapToLong(TfRecordSplit::end).toArray());
  }

  @Override
  public long size() {
    return ends.length;
  }

  @Override
  public DatasetItem item(long index) {
    int at = Math.toIntExact(index);
    long start = at == 0 ? 0 : ends[at - 1];
    return new DatasetItem(
        object.location(),
        start + TfRecord.HEAD,
        OptionalLong.of(ends[at] - start - FRAME),
        object.etag(),
        false);
  }

  @Override
  public SizeSummary sizes() {
    SizeSummary.Builder sizes = new SizeSummary.Builder();
    long start = 0;
    for (long end : ends) {
      sizes.add(end - start - FRAME);
      start = end;
    }
    return sizes.build();
  }
}
