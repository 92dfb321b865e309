package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** What travels between driver and executors. */
class TravelTest {
  private static final Location PREFIX = Location.parse("file:///data/set/");

  @Test
  void factoriesArriveAsTheyWereSentAndAreSmall() throws Exception {
    StructType synthetic =
        new StructType().add("id", DataTypes.LongType).add("size", DataTypes.IntegerType);
    StructType content =
        new StructType().add("path", DataTypes.StringType).add("content", DataTypes.BinaryType);

    assertTravels(new SyntheticWriterFactory(job(), (SyntheticRows) shape(synthetic)), 5120);
    assertTravels(new ContentWriterFactory(job(), (ContentRows) shape(content)), 4096);
    for (String format : List.of("tfrecord", "npz")) {
      RowShape encoded = shape(content, Map.of("encode", format));
      assertTravels(new EncodedWriterFactory(job(), (EncodedRows) encoded), 5120);
    }
  }

  @Test
  void aCommitIsSmallHoweverManyObjectsItStandsFor() throws Exception {
    TaskCommit.Shard shard =
        new TaskCommit.Shard("_s3dlio/job/part-00000-1.csv.gz", 1_000_000_000L, 1L << 60);

    assertTravels(new TaskCommit(shard, TaskCommit.Shard.NONE, IdRange.NONE), 512);
  }

  private static WriteJob job() {
    return WriteJob.of("job", PREFIX, OnExisting.ERROR, options());
  }

  private static RowShape shape(StructType schema) {
    return shape(schema, Map.of());
  }

  private static RowShape shape(StructType schema, Map<String, String> options) {
    return RowShape.of(
        schema, PREFIX, List.of(), "job", ResolvedOptions.forWrite(options, Map.of()));
  }

  private static ResolvedOptions options() {
    return ResolvedOptions.forWrite(Map.of(), Map.of());
  }

  private static void assertTravels(Serializable sent, int maxBytes)
      throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sent);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(sent);
    }
    assertThat(bytes.size()).isLessThan(maxBytes);
  }
}
