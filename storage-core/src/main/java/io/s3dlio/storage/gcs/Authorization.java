package io.s3dlio.storage.gcs;

import io.s3dlio.storage.cloud.CloudRequest;
import java.io.IOException;
import java.util.List;

/** Puts into requests who asks. Thread-safe. */
@FunctionalInterface
interface Authorization {
  String FIELD = "Authorization";

  /** Nobody asks. */
  Authorization ANONYMOUS = (fields, request) -> {};

  /**
   * Adds header fields to those of a request.
   *
   * @param request what a failure names
   */
  void addTo(List<String> fields, CloudRequest request) throws IOException;

  /**
   * Gets another token than the one that was refused; returns whether there is one.
   *
   * @param refused the field that was sent
   */
  default boolean refresh(String refused, CloudRequest request) throws IOException {
    return false;
  }

  /** Returns what sends a token that never changes. */
  static Authorization of(GcsCredentials.AccessToken token) {
    return (fields, request) -> fields.addAll(List.of(FIELD, "Bearer " + token.token()));
  }
}
