package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.awaitMemoryBack;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.withOptions;
import static io.s3dlio.spark.read.TfRecordFiles.AROUND;
import static io.s3dlio.spark.read.TfRecordFiles.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records as they are: framing, splits and damage. */
class DecodeRecordsTest {
  private final Path directory;

  DecodeRecordsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void nothingIsHeld() {
    awaitMemoryBack();
  }

  private static List<byte[]> records(int count, int length) {
    return IntStream.range(0, count).mapToObj(i -> random(length + i % 7, i)).toList();
  }

  private Path write(String name, List<byte[]> records) throws IOException {
    return Files.write(directory.resolve(name), TfRecordFiles.file(records));
  }

  private static DataFrameReader raw() {
    return s3dlio("columnar").option("decode", "tfrecord").option("recordType", "byteArray");
  }

  private Dataset<Row> read(DataFrameReader reader) {
    return reader.load(directory.toString());
  }

  private static List<ByteBuffer> data(Dataset<Row> rows) {
    return rows.select("byteArray").collectAsList().stream()
        .map(row -> ByteBuffer.wrap((byte[]) row.get(0)))
        .toList();
  }

  private static List<ByteBuffer> wrapped(List<byte[]> records) {
    return records.stream().map(ByteBuffer::wrap).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 5000, 1 << 20})
  void eachRecordIsARowWhateverTheBatches(int maxBatchBytes) throws IOException {
    List<byte[]> expected = new ArrayList<>();
    for (int file = 0; file < 5; file++) {
      List<byte[]> records = file == 2 ? List.of() : records(4 * file + 1, 100 * file);
      write("%d.tfrecord".formatted(file), records);
      expected.addAll(records);
    }

    Dataset<Row> rows = read(raw().option("maxBatchBytes", maxBatchBytes));

    assertThat(rows.columns()).containsExactly("byteArray");
    assertThat(data(rows)).containsExactlyInAnyOrderElementsOf(wrapped(expected));
    assertThat(rows.count()).isEqualTo(expected.size());
  }

  @Test
  void hiddenColumnsTellWhereARecordIs() throws IOException {
    Path file = write("a.tfrecord", records(3, 10));

    List<Row> rows =
        read(raw())
            .selectExpr("byteArray", "path", "offset", "length", "_metadata.file_name")
            .where("offset > 0 and length > 10")
            .collectAsList();

    assertThat(rows).extracting(row -> row.getLong(2)).containsExactly(26L, 26L + 27);
    assertThat(rows.get(0).getString(1)).endsWith("/a.tfrecord");
    assertThat(rows.get(0).getLong(3)).isEqualTo(Files.size(file));
    assertThat(rows.get(0).getString(4)).isEqualTo("a.tfrecord");
  }

  @ParameterizedTest
  @CsvSource({"a.tfrecord.idx,auto,1000", "a.idx,auto,1000", "none,auto,70000", "none,resync,1000"})
  void aLargeObjectIsSplitBetweenRecords(String index, String split, int length)
      throws IOException {
    List<byte[]> records = records(300, length);
    write("a.tfrecord", records);
    if (!index.equals("none")) {
      Files.writeString(directory.resolve(index), TfRecordFiles.index(records));
    }

    Dataset<Row> rows = read(raw().option("split", split).option("maxPartitionBytes", 20 * length));

    assertThat(rows.rdd().getNumPartitions()).isBetween(12, 16);
    assertThat(data(rows)).isEqualTo(wrapped(records));
  }

  @ParameterizedTest
  @CsvSource({"none,70000", "auto,1000"})
  void otherwiseItIsRead(String split, int length) throws IOException {
    List<byte[]> records = records(100, length);
    write("a.tfrecord", records);

    Dataset<Row> rows = read(raw().option("split", split).option("maxPartitionBytes", 10 * length));

    assertThat(rows.rdd().getNumPartitions()).isEqualTo(1);
    assertThat(data(rows)).isEqualTo(wrapped(records));
  }

  @Test
  void anIndexOfAnotherObjectIsAnError() throws IOException {
    List<byte[]> records = records(100, 1000);
    write("a.tfrecord", records);
    Files.writeString(
        directory.resolve("a.tfrecord.idx"), TfRecordFiles.index(records.subList(0, 99)));

    assertThatThrownBy(() -> data(read(raw().option("maxPartitionBytes", 10_000))))
        .hasStackTraceContaining("a.tfrecord.idx")
        .hasStackTraceContaining("the index ends at byte");
  }

  /** What resync is not safe for, as its option says. */
  @Test
  void recordsThatHoldRecordsAreReadRightUnlessByResync() throws IOException {
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      records.add(TfRecordFiles.file(records(100, 1000)));
    }
    write("a.tfrecord", records);
    int most = 150_000;

    assertThat(data(read(raw().option("maxPartitionBytes", most)))).isEqualTo(wrapped(records));
    Dataset<Row> cut = read(raw().option("maxPartitionBytes", most).option("split", "resync"));
    assertThatThrownBy(cut::count).hasStackTraceContaining("CorruptException: Cannot decode");
  }

  private void damage(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void aDamagedRecordIsWhatTheModeSays() throws IOException {
    List<byte[]> records = records(5, 100);
    Path file = write("a.tfrecord", records);
    int third = 2 * (100 + AROUND) + 1;
    damage(file, third + 12 + 50);
    List<byte[]> others = new ArrayList<>(records);
    byte[] damaged = others.remove(2).clone();
    damaged[50] ^= 1;

    assertThatThrownBy(() -> data(read(raw())))
        .hasStackTraceContaining(
            "Cannot decode file://" + file + ": at byte " + third + ": the masked CRC-32C");
    Dataset<Row> dropped = read(raw().option("mode", "dropMalformed"));
    assertThat(data(dropped)).isEqualTo(wrapped(others));
    Dataset<Row> kept = read(raw().option("mode", "PERMISSIVE"));
    assertThat(kept.columns()).containsExactly("byteArray", "_corrupt_record");
    assertThat(kept.where("byteArray is null").select("_corrupt_record").collectAsList())
        .extracting(row -> ByteBuffer.wrap((byte[]) row.get(0)))
        .containsExactly(ByteBuffer.wrap(damaged));
    assertThat(kept.where("_corrupt_record is null").count()).isEqualTo(4);
    assertThat(data(read(raw().option("verifyCrc", false)))).hasSize(5);
  }

  @Test
  void damageIsCounted() throws IOException {
    damage(write("a.tfrecord", records(5, 100)), 20);
    Dataset<Row> rows = read(raw().option("mode", "dropMalformed"));

    rows.collectAsList();

    assertThat(metric(rows, "corruptRecords")).isEqualTo(1);
  }

  /** Nobody knows where the next record begins. */
  @Test
  void behindADamagedLengthNothingIsReadOfAnObject() throws IOException {
    List<byte[]> records = records(5, 100);
    damage(write("a.tfrecord", records), 2 * (100 + AROUND) + 1);
    write("b.tfrecord", records);

    assertThatThrownBy(() -> data(read(raw())))
        .hasStackTraceContaining("the masked CRC-32C of the record's length");
    List<byte[]> expected = new ArrayList<>(records.subList(0, 2));
    expected.addAll(records);
    assertThat(data(read(raw().option("mode", "dropMalformed")))).isEqualTo(wrapped(expected));
    Dataset<Row> kept =
        read(raw().option("mode", "permissive").option("columnNameOfCorruptRecord", "bad"));
    assertThat(kept.where("bad is not null").select("offset", "bad").collectAsList())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getLong(0)).isEqualTo(2 * (100 + AROUND) + 1);
              assertThat((byte[]) row.get(1)).isEmpty();
            });
  }

  @Test
  void anObjectThatEndsWithinARecordIsCorrupt() throws IOException {
    byte[] whole = TfRecordFiles.file(records(5, 100));
    for (int cut : List.of(1, 11, 12, 13, whole.length - 1, whole.length - 4)) {
      Files.write(directory.resolve("a.tfrecord"), Arrays.copyOf(whole, cut));
      assertThatThrownBy(() -> data(read(raw())))
          .as("%d bytes", cut)
          .hasStackTraceContaining("CorruptException: Cannot decode");
    }
  }

  @Test
  void onlyTheObjectsThatAFilterLeavesAreOpened() throws IOException {
    write("a.tfrecord", records(3, 10));
    Files.write(directory.resolve("b.tfrecord"), random(100, 5));

    assertThat(read(raw()).where("path like '%a.tfrecord'").count()).isEqualTo(3);
    assertThat(read(raw()).limit(2).collectAsList()).hasSize(2);
    assertThatThrownBy(() -> read(raw()).count()).hasStackTraceContaining("b.tfrecord");
  }

  @Test
  void namesTellTheFormat() throws IOException {
    write("a.tfrecord", records(3, 10));
    write("b.tfrecord-00003-of-00007", records(4, 10));
    Files.writeString(directory.resolve("a.idx"), TfRecordFiles.index(records(3, 10)));

    assertThat(data(read(raw().option("decode", "auto")))).hasSize(7);
    Files.write(directory.resolve("b.npy"), new byte[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(withOptions("decode=auto")))
        .withMessageContaining("there are NPY, TFRECORD. Choose objects with pathGlobFilter");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "recordType=text | must be one of Example, SequenceExample, ByteArray",
        "mode=failFast,columnNameOfCorruptRecord=x | it is of mode=permissive, which is not set",
        "rowPerSample=true | it is of arrays, and the read has decode=tfrecord",
        "arrays=x | it is of npz and hdf5, and the read has decode=tfrecord",
        "batchSize=3 | it is of objects as they are, and the read has decode=tfrecord"
      })
  void optionsThatMeanNothingAreRefused(String options, String message) throws IOException {
    write("a.tfrecord", records(3, 10));
    DataFrameReader reader = raw();
    for (String option : options.split(",")) {
      reader.option(option.split("=")[0], option.split("=")[1]);
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(reader).count())
        .withMessageContaining(message);
  }
}
