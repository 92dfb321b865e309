package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.WriteCondition;

/**
 * What Google's servers lack when they are spoken to as S3, with HMAC keys: the conditions of
 * writes are fields of Google's own there, which a request signed as AWS does must not have, and
 * not every bucket takes deletes of several objects.
 */
final class GoogleInterop {
  private static final String HOST = "storage.googleapis.com";

  private GoogleInterop() {}

  /** Returns whether a host is theirs. */
  static boolean isHost(String host) {
    return host.equals(HOST) || (host.startsWith("storage") && host.endsWith(".googleapis.com"));
  }

  /**
   * @throws StorageException if a write depends on what is there: a server that overlooks that
   *     would replace it
   */
  static void requireUnconditional(boolean isGoogle, Location location, WriterOptions options)
      throws StorageException {
    if (isGoogle && WriteCondition.of(options).isGiven()) {
      throw new StorageException(
          Failure.of(
                  "put",
                  location,
                  "Google's servers have no conditional writes when spoken to as S3")
              .withRemedy(
                  "Write to gs://%s/..., or allow replacing".formatted(location.container())));
    }
  }
}
