package io.s3dlio.spark.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.s3dlio.format.TfRecordCompression;
import io.s3dlio.format.TfRecordReader;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.spark.read.tfrecord.FeatureColumns;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.testing.Rounds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import org.tensorflow.example.BytesList;
import org.tensorflow.example.Example;
import org.tensorflow.example.Feature;
import org.tensorflow.example.Features;
import org.tensorflow.example.FloatList;
import org.tensorflow.example.Int64List;

/**
 * What typed reads cost: arrays and records of files in memory against the same files as content,
 * and the records of Examples against protobuf's parser, as the Spark connectors for TFRecord use
 * it. Arguments: a directory in memory, the rounds.
 */
public final class DecodeBenchmark {
  private static final int OBJECTS = 8;
  private static final int SMALL_OBJECTS = 2000;
  private static final int SMALL = 100 << 10;
  private static final int LARGE = 64 << 20;

  private final SparkSession spark;
  private final Path directory;
  private final int rounds;

  private DecodeBenchmark(SparkSession spark, Path directory, int rounds) {
    this.spark = spark;
    this.directory = directory;
    this.rounds = rounds;
  }

  public static void main(String[] args) throws Exception {
    SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    DecodeBenchmark benchmark =
        new DecodeBenchmark(spark, Path.of(args[0]), Integer.parseInt(args[1]));
    benchmark.examples("images of 100 KB", 200, 2L << 30, DecodeBenchmark::image);
    benchmark.examples("13 numbers and 26 short texts", 20_000, 256 << 20, DecodeBenchmark::clicks);
    benchmark.files("npz", OBJECTS, LARGE, 1, "arrays", "x");
    benchmark.files("npz", SMALL_OBJECTS, SMALL, 1, "arrays", "x");
    benchmark.files("npy", OBJECTS, LARGE, 1, "readMode", "columnar");
    benchmark.files("hdf5", OBJECTS, LARGE, 1, "arrays", "records_0");
    benchmark.files("tfrecord", OBJECTS, LARGE, 640, "verifyCrc", "false");
    benchmark.files("tfrecord", OBJECTS, LARGE, 640, "verifyCrc", "true");
    spark.stop();
  }

  private void files(String format, int objects, int size, int records, String option, String value)
      throws Exception {
    String path = directory.resolve("%s-%d".formatted(format, size)).toString();
    spark
        .range(objects)
        .write()
        .format("s3dlio")
        .option("objectType", format)
        .option("objectSize", size)
        .option("recordsPerObject", records)
        .option("objectName", "{}")
        .option("onExisting", "skip")
        .mode("append")
        .save(path);
    String column = format.equals("tfrecord") ? "image" : "data";
    new Rounds(
            "%d objects of %d KiB through Spark, %s with %s=%s"
                .formatted(objects, size >> 10, format, option, value),
            (long) objects * size,
            objects)
        .add(
            "decoded",
            () ->
                drain(
                    reader()
                        .option("decode", format)
                        .option(option, value)
                        .load(path)
                        .select(column)))
        .add("content", () -> drain(reader().load(path).select("content")))
        .print("decoded", rounds);
  }

  private DataFrameReader reader() {
    return spark.read().format("s3dlio");
  }

  private static void drain(Dataset<Row> rows) {
    rows.write().format("noop").mode("overwrite").save();
  }

  private static Example image(Random random) {
    byte[] image = new byte[100_000];
    random.nextBytes(image);
    return example(Map.of("image", bytes(image), "label", number(random.nextInt(1000))));
  }

  /** As data sets of advertisements have it. */
  private static Example clicks(Random random) {
    Map<String, Feature> features = new TreeMap<>();
    for (int i = 0; i < 13; i++) {
      features.put("n" + i, i % 2 == 0 ? number(random.nextInt()) : numbers(random));
    }
    for (int i = 0; i < 26; i++) {
      features.put("t" + i, bytes(Integer.toHexString(random.nextInt()).getBytes(UTF_8)));
    }
    return example(features);
  }

  private static Example example(Map<String, Feature> features) {
    return Example.newBuilder().setFeatures(Features.newBuilder().putAllFeature(features)).build();
  }

  private static Feature bytes(byte[] value) {
    return Feature.newBuilder()
        .setBytesList(BytesList.newBuilder().addValue(ByteString.copyFrom(value)))
        .build();
  }

  private static Feature number(long value) {
    return Feature.newBuilder().setInt64List(Int64List.newBuilder().addValue(value)).build();
  }

  private static Feature numbers(Random random) {
    FloatList.Builder list = FloatList.newBuilder();
    for (int i = 0; i < 8; i++) {
      list.addValue(random.nextFloat());
    }
    return Feature.newBuilder().setFloatList(list).build();
  }

  /** Makes an example. */
  private interface Maker {
    Example make(Random random);
  }

  private void examples(String what, int count, long bytesARound, Maker maker) throws Exception {
    Random random = new Random(1);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    StructType schema = new StructType();
    for (int i = 0; i < count; i++) {
      Example example = maker.make(random);
      schema = i == 0 ? schema(example) : schema;
      byte[] data = example.toByteArray();
      file.writeBytes(head(data.length));
      file.writeBytes(data);
      file.writeBytes(new byte[Integer.BYTES]);
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(file.size()).put(file.toByteArray()).flip();
    FeatureColumns columns = FeatureColumns.of(schema, RecordType.EXAMPLE);
    StructType fields = schema;
    int passes = (int) Math.max(1, bytesARound / file.size());
    new Rounds("Examples with %s".formatted(what), (long) passes * file.size(), passes * count)
        .add(
            "ours",
            () -> {
              for (int i = 0; i < passes; i++) {
                decode(bytes, fields.length(), columns::read);
              }
            })
        .add(
            "protobuf",
            () -> {
              for (int i = 0; i < passes; i++) {
                decode(bytes, fields.length(), (record, values) -> parse(record, values, fields));
              }
            })
        .print("ours", rounds);
  }

  private static byte[] head(int length) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .array();
  }

  private static StructType schema(Example example) {
    StructType schema = new StructType();
    for (Map.Entry<String, Feature> feature :
        new TreeMap<>(example.getFeatures().getFeatureMap()).entrySet()) {
      Feature value = feature.getValue();
      String type =
          switch (value.getKindCase()) {
            case INT64_LIST -> "bigint";
            case FLOAT_LIST -> "array<float>";
            default -> feature.getKey().equals("image") ? "binary" : "string";
          };
      schema = schema.add(feature.getKey(), type, true);
    }
    return schema;
  }

  /** Makes values of a record. */
  private interface Decoder {
    void read(TfRecordReader record, @Nullable Object[] values) throws IOException;
  }

  /** The same framing, without sums, for both. */
  private static void decode(ByteBuffer file, int columns, Decoder decoder) throws IOException {
    ObjectInfo info = new ObjectInfo(Location.parse("/x"), file.limit(), Instant.EPOCH, "");
    try (TfRecordReader records =
        TfRecordReader.open(
            request -> copy(file, request),
            info,
            TfRecordCompression.NONE,
            false,
            TfRecordReader.MAX_LENGTH)) {
      while (records.next()) {
        @Nullable Object[] values = new Object[columns];
        decoder.read(records, values);
        if (values[columns - 1] == null) {
          throw new IllegalStateException("A value is missing");
        }
      }
    }
  }

  private static void copy(ByteBuffer file, ReadRequest request) {
    request.target().put(file.slice((int) request.offset(), request.target().remaining()));
  }

  /** As connectors do: a record's bytes, a message, then the values by their names. */
  private static void parse(TfRecordReader record, @Nullable Object[] values, StructType schema)
      throws IOException {
    byte[] data = new byte[record.data().remaining()];
    record.data().get(data);
    Map<String, Feature> features = Example.parseFrom(data).getFeatures().getFeatureMap();
    for (int i = 0; i < values.length; i++) {
      Feature feature = features.get(schema.apply(i).name());
      if (feature != null) {
        values[i] = value(feature, schema.apply(i).dataType().simpleString());
      }
    }
  }

  private static Object value(Feature feature, String type) {
    return switch (type) {
      case "bigint" -> feature.getInt64List().getValue(0);
      case "binary" -> feature.getBytesList().getValue(0).toByteArray();
      case "string" -> UTF8String.fromBytes(feature.getBytesList().getValue(0).toByteArray());
      default -> floats(feature.getFloatList());
    };
  }

  private static ArrayData floats(FloatList list) {
    float[] values = new float[list.getValueCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.getValue(i);
    }
    return UnsafeArrayData.fromPrimitiveArray(values);
  }
}
