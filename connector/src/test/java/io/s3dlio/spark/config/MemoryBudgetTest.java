package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.storage.buffer.BufferPool;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryBudgetTest {
  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @CsvSource({
    "spark.executor.memoryOverhead=1g, 512",
    "spark.executor.memoryOverhead=300, 150",
    "spark.executor.memory=10g, 512",
    "spark.executor.memory=1g, 192",
    "spark.executor.memory=10g;spark.executor.memoryOverheadFactor=0.4, 2048",
    "spark.executor.minMemoryOverhead=1g, 512",
    "'', 192",
  })
  void isHalfOfAnExecutorsMemoryOverhead(String settings, long mebibytes) {
    assertThat(MemoryBudget.of(conf("yarn", settings)).bytes()).isEqualTo(mebibytes * MIB);
  }

  @ParameterizedTest
  @CsvSource({"local", "local[4]", "local[*]", "'local[2,3]'"})
  void isThePoolsDefaultInLocalMode(String master) {
    assertThat(MemoryBudget.of(conf(master, "spark.executor.memoryOverhead=1g")).bytes())
        .isEqualTo(BufferPool.defaultBudget());
  }

  @ParameterizedTest
  @CsvSource({"yarn", "local[4]"})
  void isWhatTheJvmOptionSays(String master) {
    assertThat(MemoryBudget.of(conf(master, "spark.s3dlio.memoryBudget=64mb")).bytes())
        .isEqualTo(64 * MIB);
    assertThat(MemoryBudget.of(conf(master, "spark.s3dlio.memorybudget=64mb")).bytes())
        .isEqualTo(64 * MIB);
  }

  @Test
  void aMalformedBudgetNamesTheRule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryBudget.of(conf("local", "spark.s3dlio.memoryBudget=few")))
        .withMessageStartingWith("Invalid memoryBudget: 'few'");
  }

  @ParameterizedTest
  @CsvSource({
    "local, '', 1",
    "local[4], '', 4",
    "'local[ 4 , 2 ]', '', 4",
    "local[4], spark.task.cpus=2, 2",
    "local[2], spark.task.cpus=4, 1",
    "local[4], spark.executor.cores=16, 4",
    "yarn, '', 1",
    "yarn, spark.executor.cores=8, 8",
    "k8s://host, spark.executor.cores=8;spark.task.cpus=2, 4",
    "'local-cluster[2,3,1024]', '', 3",
  })
  void countsTheTasksOfAnExecutor(String master, String settings, int tasks) {
    assertThat(MemoryBudget.of(conf(master, settings)).tasks()).isEqualTo(tasks);
  }

  @ParameterizedTest
  @CsvSource({"local[*]", "spark://host:7077"})
  void takesTheProcessorsWhereSparkTakesAll(String master) {
    assertThat(MemoryBudget.of(conf(master, "")).tasks())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void tasksShareItEvenly() {
    assertThat(new MemoryBudget(1000, 3).bytesPerTask()).isEqualTo(333);
  }

  private static SparkConf conf(String master, String settings) {
    SparkConf conf = new SparkConf(false).setMaster(master);
    for (String setting : settings.split(";", -1)) {
      if (!setting.isEmpty()) {
        conf.set(setting.split("=", 2)[0], setting.split("=", 2)[1]);
      }
    }
    return conf;
  }
}
