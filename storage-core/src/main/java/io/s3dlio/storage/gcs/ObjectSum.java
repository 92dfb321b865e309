package io.s3dlio.storage.gcs;

import io.s3dlio.storage.cloud.UploadChecksum;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.zip.CRC32C;

/** The sum of an object's bytes, in their order. Not thread-safe. */
abstract class ObjectSum {
  /** No sum. */
  static final ObjectSum NONE = new None();

  private final String field;
  private final String name;

  private ObjectSum(String field, String name) {
    this.field = field;
    this.name = name;
  }

  /** Begins a sum of the kind that a configuration asks for. */
  static ObjectSum of(UploadChecksum kind) {
    return switch (kind) {
      case CRC32C -> new OfCrc32c();
      case MD5 -> new OfMd5();
      case NONE -> NONE;
      case CRC64 -> throw new IllegalArgumentException("Invalid checksum: crc64");
    };
  }

  /** Takes what the buffer holds, and leaves it so. */
  abstract void add(ByteBuffer content);

  /** Returns the sum of what came; once alone. */
  abstract String base64();

  /** Returns what the server keeps of this kind. */
  abstract String kept(GcsObject object);

  boolean isTaken() {
    return true;
  }

  /** Returns its name among an object's metadata. */
  String field() {
    return field;
  }

  /** Returns what the field {@code X-Goog-Hash} says of a sum. */
  String header(String base64) {
    return name + '=' + base64;
  }

  private static final class OfCrc32c extends ObjectSum {
    private final CRC32C sum = new CRC32C();

    OfCrc32c() {
      super("crc32c", "crc32c");
    }

    @Override
    void add(ByteBuffer content) {
      sum.update(content.duplicate());
    }

    @Override
    String base64() {
      byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array();
      return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    String kept(GcsObject object) {
      return object.crc32c();
    }
  }

  private static final class OfMd5 extends ObjectSum {
    private final MessageDigest digest;

    OfMd5() {
      super("md5Hash", "md5");
      try {
        digest = MessageDigest.getInstance("MD5");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("This JDK lacks MD5", e);
      }
    }

    @Override
    void add(ByteBuffer content) {
      digest.update(content.duplicate());
    }

    @Override
    String base64() {
      return Base64.getEncoder().encodeToString(digest.digest());
    }

    @Override
    String kept(GcsObject object) {
      return object.md5();
    }
  }

  private static final class None extends ObjectSum {
    None() {
      super("", "");
    }

    @Override
    void add(ByteBuffer content) {}

    @Override
    String base64() {
      return "";
    }

    @Override
    String kept(GcsObject object) {
      return "";
    }

    @Override
    boolean isTaken() {
      return false;
    }
  }
}
