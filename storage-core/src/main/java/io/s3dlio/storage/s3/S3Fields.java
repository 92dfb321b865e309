package io.s3dlio.storage.s3;

import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.s3.S3Config.Verify;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The header fields that a configuration adds to requests, as name, value, name, value. */
final class S3Fields {
  private final S3Config config;

  S3Fields(S3Config config) {
    this.config = config;
  }

  /** For any request. */
  List<String> any() {
    List<String> fields = new ArrayList<>();
    if (config.requesterPays()) {
      add(fields, "x-amz-request-payer", "requester");
    }
    return fields;
  }

  /** For one that reads an object. */
  List<String> read() {
    List<String> fields = any();
    if (config.verifyRead() != VerifyRead.NONE || config.verify() != Verify.NONE) {
      add(fields, "x-amz-checksum-mode", "ENABLED");
    }
    return fields;
  }

  /** For one that makes an object: PUT, or the beginning of an upload. */
  List<String> create() {
    List<String> fields = any();
    if (config.sse() != null) {
      add(fields, "x-amz-server-side-encryption", config.sse());
    }
    if (config.sseKmsKeyId() != null) {
      add(fields, "x-amz-server-side-encryption-aws-kms-key-id", config.sseKmsKeyId());
    }
    if (config.storageClass() != null) {
      add(fields, "x-amz-storage-class", config.storageClass());
    }
    if (config.tags() != null) {
      add(fields, "x-amz-tagging", config.tags());
    }
    if (config.acl() != null) {
      add(fields, "x-amz-acl", config.acl());
    }
    return fields;
  }

  /** Adds the sum of a body; returns its CRC32C, or 0 if another sum or none is used. */
  int addChecksum(List<String> fields, List<ByteBuffer> body) {
    if (config.checksum() == UploadChecksum.CRC32C) {
      int sum = Crc32c.of(body);
      add(fields, "x-amz-checksum-crc32c", Crc32c.base64(sum));
      return sum;
    }
    if (config.checksum() == UploadChecksum.MD5) {
      add(fields, "Content-MD5", md5(body));
    }
    return 0;
  }

  static void add(List<String> fields, String name, String value) {
    fields.add(name);
    fields.add(value);
  }

  static String md5(List<ByteBuffer> body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      body.forEach(buffer -> digest.update(buffer.duplicate()));
      return Base64.getEncoder().encodeToString(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK lacks MD5", e);
    }
  }
}
