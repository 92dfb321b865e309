package io.s3dlio.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.checkpoint.CheckpointContract;
import io.s3dlio.storage.checkpoint.CheckpointOptions;
import io.s3dlio.storage.checkpoint.CheckpointWriter;
import io.s3dlio.storage.checkpoint.Checkpoints;
import io.s3dlio.storage.checkpoint.StateWriter;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Against MinIO. */
@EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
@ExtendWith(NoLeaks.class)
class S3CheckpointTest extends CheckpointContract {
  private static final S3Fixture FIXTURE =
      new S3Fixture(S3Server.minio().orElseThrow(), S3Config.Transport.OWN);

  @Test
  void pruningEndsTheUploadsOfDeadSaves() throws IOException {
    CheckpointOptions options = CheckpointOptions.DEFAULT;
    CheckpointWriter dead = CheckpointWriter.open(store, prefix, options.withStep(1));
    StateWriter half = dead.createState("model");
    half.write(direct(content(1, 2 * FIXTURE.partSize() + 1)));
    try (CheckpointWriter writer = CheckpointWriter.open(store, prefix, options.withStep(2))) {
      writer.saveState("model", direct(content(2, 100)));
      writer.finish();
    }
    assertThat(uploads()).hasSize(1);

    Checkpoints.prune(store, prefix, 1);

    assertThat(uploads()).isEmpty();
    assertThatThrownBy(half::complete).isInstanceOf(StorageException.class);
    half.close();
    dead.close();
  }

  private List<String> uploads() {
    try (S3Client client = FIXTURE.server().client()) {
      return client.listMultipartUploads(list -> list.bucket(FIXTURE.bucket())).uploads().stream()
          .map(MultipartUpload::key)
          .filter(key -> key.startsWith(prefix.key()))
          .toList();
    }
  }

  @Override
  protected Fixture fixture() {
    return FIXTURE;
  }
}
