package io.s3dlio.spark.read.tfrecord;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.format.TfExampleWriter;
import io.s3dlio.format.TfRecordReader;
import io.s3dlio.format.TfRecordSplit;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** TFRecords in memory, of features that are given as lists of their values. */
final class Records {
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  /** Adds an Example. */
  Records example(Map<String, List<?>> features) throws IOException {
    TfExampleWriter writer = new TfExampleWriter();
    entries(writer, features);
    writer.features(0);
    writer.writeRecord(content);
    return this;
  }

  /** Adds a SequenceExample. */
  Records sequence(Map<String, List<?>> context, Map<String, List<List<?>>> lists)
      throws IOException {
    TfExampleWriter writer = new TfExampleWriter();
    lists.forEach(
        (name, features) -> {
          int mark = writer.length();
          for (int i = features.size() - 1; i >= 0; i--) {
            int feature = writer.length();
            feature(writer, features.get(i));
            writer.inFeatureList(feature);
          }
          writer.entry(name.getBytes(UTF_8), mark);
        });
    writer.featureLists(0);
    int mark = writer.length();
    entries(writer, context);
    writer.features(mark);
    writer.writeRecord(content);
    return this;
  }

  private static void entries(TfExampleWriter writer, Map<String, List<?>> features) {
    features.forEach(
        (name, values) -> {
          int mark = writer.length();
          feature(writer, values);
          writer.entry(name.getBytes(UTF_8), mark);
        });
  }

  /** Of an empty list nobody knows the kind, so that it is one of integers. */
  private static void feature(TfExampleWriter writer, List<?> values) {
    int mark = writer.length();
    Object first = values.isEmpty() ? 0L : values.get(0);
    for (int i = values.size() - 1; i >= 0; i--) {
      if (values.get(i) instanceof Long number) {
        writer.int64(number);
      } else if (values.get(i) instanceof Float number) {
        writer.float32(number);
      } else {
        writer.bytes(values.get(i).toString().getBytes(UTF_8));
      }
    }
    if (first instanceof Long) {
      writer.int64List(mark);
    } else if (first instanceof Float) {
      writer.floatList(mark);
    } else {
      writer.bytesList(mark);
    }
  }

  /** Returns a reader of all of them, which is before the first. */
  TfRecordReader reader() {
    byte[] bytes = content.toByteArray();
    ObjectInfo object =
        new ObjectInfo(new Location("s3", "bucket", "x"), bytes.length, Instant.EPOCH, "1");
    return new TfRecordReader(
        request ->
            request
                .target()
                .put(bytes, Math.toIntExact(request.offset()), request.target().remaining()),
        object,
        new TfRecordSplit(0, bytes.length),
        true,
        TfRecordReader.MAX_LENGTH);
  }
}
