package io.s3dlio.storage.azure;

import io.s3dlio.storage.transport.HttpHeaders;
import java.util.List;
import java.util.UUID;

/**
 * What an object keeps in its metadata of the upload that wrote it. Equal content tells less: of
 * two who count from one to two, one must be told that the other was faster.
 */
record UploadId(String text) {
  static final String FIELD = "x-ms-meta-s3dlioupload";

  UploadId() {
    this(UUID.randomUUID().toString().replace("-", ""));
  }

  void addTo(List<String> fields) {
    AzureStore.add(fields, FIELD, text);
  }

  /** Returns whether this upload wrote the object of an answer. */
  boolean isOf(HttpHeaders object) {
    return object.first(FIELD).orElse("").equals(text);
  }
}
