package io.s3dlio.storage.s3;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Against MinIO. */
@EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
@ExtendWith(NoLeaks.class)
class S3StoreContractTest extends ObjectStoreContract {
  private static final S3Fixture FIXTURE =
      new S3Fixture(S3Server.minio().orElseThrow(), S3Config.Transport.OWN);

  @Test
  void uploadsAreAbortedThatBeganSinceAndAreTheWritersOwn() throws IOException {
    StagedObject staged = stage("mine", "theirs");
    UnfinishedWrites uploads = (UnfinishedWrites) store;
    UnfinishedWrites.Ownership mine =
        all -> all.stream().filter(l -> l.name().equals("mine")).collect(Collectors.toSet());

    assertThat(uploads(prefix.key() + "mine")).as("it is alive").hasSize(1);
    assertThat(uploads("")).contains(prefix.key() + "mine", prefix.key() + "theirs");
    Instant later = Instant.now().plusSeconds(10);
    assertThat(uploads.abortUnfinished(prefix, "any", later, mine)).as("it began before").isZero();
    assertThat(uploads.abortUnfinished(prefix.append("mi"), "any", Instant.EPOCH, l -> Set.of()))
        .isZero();

    assertThat(uploads.abortUnfinished(prefix, "any", Instant.now().minusSeconds(60), mine))
        .isEqualTo(1);

    assertThat(uploads(prefix.key() + "mine")).isEmpty();
    assertThat(uploads("")).contains(prefix.key() + "theirs");
    staged.complete();
    assertThat(store.exists(prefix.append("theirs"))).isTrue();
  }

  private StagedObject stage(String... names) throws IOException {
    StagedObject last = null;
    for (String name : names) {
      try (ObjectWriter writer = store.createWriter(prefix.append(name), WriterOptions.DEFAULT)) {
        writer.write(ByteBuffer.wrap(new byte[10]));
        last = writer.stage();
      }
    }
    return requireNonNull(last);
  }

  private static List<String> uploads(String prefix) {
    try (S3Client client = FIXTURE.server().client()) {
      return client
          .listMultipartUploads(list -> list.bucket(FIXTURE.bucket()).prefix(prefix))
          .uploads()
          .stream()
          .map(MultipartUpload::key)
          .toList();
    }
  }

  @Override
  protected Fixture fixture() {
    return FIXTURE;
  }
}
