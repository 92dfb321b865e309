package io.s3dlio.spark.read;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.crc32;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadTest {
  private final Path dir;

  ReadTest(@TempDir Path dir) {
    this.dir = dir;
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void readsWhatBinaryFileReads(String mode) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      byte[] b = new byte[random.nextInt(100_000) + 1];
      random.nextBytes(b);
      Files.createDirectories(dir.resolve("d" + i % 3));
      Files.write(dir.resolve("d" + i % 3).resolve("a b%20+é" + i + ".bin"), b);
    }
    Dataset<Row> ours =
        LocalSpark.session()
            .read()
            .format("s3dlio")
            .option("readMode", mode)
            .option("maxBatchBytes", "256k")
            .load(dir.toString());
    Dataset<Row> theirs =
        LocalSpark.session()
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(dir.toString());
    ours.explain();
    List<Row> expected =
        theirs
            .select(expr("sum(crc32(content))"), expr("count(*)"), expr("sum(length)"))
            .collectAsList();
    assertThat(
            ours.select(expr("sum(crc32(content))"), expr("count(*)"), expr("sum(length)"))
                .collectAsList())
        .isEqualTo(expected);
    ours.select(col("path"), col("etag"), crc32(col("content"))).show(3, false);
    System.out.println(io.s3dlio.storage.buffer.BufferPool.shared().stats());
  }
}
