package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.datagen.ConcurrentWork;
import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.range.RangeEngine;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class ConcurrencyBudgetTest {
  @Test
  void isAsManyAsThereAreConnectionsUnlessToldOtherwise() {
    ConcurrencyBudget.apply(new SparkConf(false));

    assertThat(RangeEngine.shared().maxThreads()).isEqualTo(128);
    assertThat(ConcurrentWork.limit()).isEqualTo(128);
  }

  /** Four tasks want 16 ranges each. */
  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void boundsWhatAllTasksOfAJvmReadAtOnce(int budget) throws Exception {
    S3Server server = S3Server.best();
    String bucket = "budget-" + UUID.randomUUID();
    try (S3Client client = server.client()) {
      client.createBucket(create -> create.bucket(bucket));
      for (int i = 0; i < 100; i++) {
        String key = "x/" + i;
        client.putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(new byte[4000]));
      }
    }
    ForkedSpark.Result result;
    int most;
    try (Relay relay = Relay.to(server.endpoint(), connection -> Plan.slow(30, 0))) {
      result =
          ForkedSpark.run(
              "exec \"$@\"",
              BudgetedRead.class,
              String.valueOf(budget),
              relay.endpoint().toString(),
              server.accessKeyId(),
              server.secretAccessKey(),
              "s3://" + bucket + "/x/");
      most = relay.mostUnanswered();
    }

    assertThat(result.code()).describedAs(result.output()).isZero();
    assertThat(result.output()).contains("bytes: 400000", "written at once: " + budget);
    assertThat(most).isEqualTo(budget);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "10001", "many", "1.5"})
  void aBadOneFailsBeforeAnythingIsRead(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ResolvedOptions.forRead(
                    Map.of("path", "/x"), Map.of("spark.s3dlio.concurrencyBudget", value)))
        .withMessageStartingWith("Invalid concurrencyBudget: '" + value + "'");
  }

  @Test
  void isNoOptionOfARead() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                LocalSpark.session()
                    .read()
                    .format("s3dlio")
                    .option("concurrencyBudget", 3)
                    .load("/x"))
        .withMessageContaining("it is a JVM option: set spark.s3dlio.concurrencyBudget");
  }
}
