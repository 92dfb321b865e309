package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.s3dlio.storage.buffer.SegmentPool;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMemoryTest {
  private final Path folder;

  SharedMemoryTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void liesWhereTheSettingSays() throws IOException {
    try (SegmentPool pool = SharedMemory.open(conf("1mb")).orElseThrow()) {
      assertThat(pool.folder()).hasParent(folder);
      assertThat(pool.stats().maxBytes()).isEqualTo(1 << 20);
    }
  }

  @Test
  void hasNineEighthsOfTheMemoryBudgetUnlessToldOtherwise() throws IOException {
    SparkConf conf = conf("").set("spark.s3dlio.memoryBudget", "8mb");
    try (SegmentPool pool = SharedMemory.open(conf).orElseThrow()) {
      assertThat(pool.stats().maxBytes()).isEqualTo(9 << 20);
    }
  }

  @Test
  void isNoneWithABudgetOfNone() throws IOException {
    assertThat(SharedMemory.open(conf("0"))).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatIsNotThereIsAnErrorThatNamesTheSetting() {
    SparkConf conf = conf("").set("spark.s3dlio.sharedMemoryDir", folder + "/gone");

    assertThatIOException()
        .isThrownBy(() -> SharedMemory.open(conf))
        .withMessageStartingWith("Cannot use spark.s3dlio.sharedMemoryDir=" + folder + "/gone: ")
        .withMessageEndingWith("Name a folder that can be written to");
  }

  private SparkConf conf(String budget) {
    return new SparkConf(false)
        .set("spark.master", "local[2]")
        .set("spark.s3dlio.sharedMemoryDir", folder.toString())
        .set("spark.s3dlio.sharedMemoryBudget", budget);
  }
}
