package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.BatchDelete;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.cloud.Xml;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The bodies of S3's requests and answers, as the API reference of Amazon S3 shows them. Answers
 * are read without document types and entities of their own, and no deeper than S3 writes them.
 */
final class S3Xml {
  private S3Xml() {}

  /** What a server says of a failure; each part may be empty. */
  record ErrorAnswer(String code, String message, String requestId, String region) {
    static final ErrorAnswer NONE = new ErrorAnswer("", "", "", "");
  }

  /** A key that was not deleted. */
  record FailedDelete(String key, String code, String message) {}

  /** What became of a batch of deletes. */
  record Deleted(List<String> keys, List<FailedDelete> failures) {
    /** Returns what this says of objects of one bucket. */
    BatchDelete.Told told(Location any) {
      Map<Location, StorageException> failed = new LinkedHashMap<>();
      for (FailedDelete each : failures) {
        Location location = any.withKey(each.key());
        failed.put(location, S3Failures.ofDelete(location, each));
      }
      return new BatchDelete.Told(
          keys.stream().map(any::withKey).collect(Collectors.toSet()), failed);
    }
  }

  /** An upload under way. */
  record Upload(String key, String uploadId, Instant initiated) {}

  /** A page of uploads; the markers are empty after the last. */
  record Uploads(List<Upload> uploads, String nextKey, String nextUploadId) {}

  /** A part of an upload that is done; {@code checksum} is empty if it has none. */
  record Part(int number, String etag, String checksum) {}

  /**
   * Reads ListBucketResult.
   *
   * @throws IOException if it is none, or is cut off
   */
  static ListPages.Page page(ByteBuffer body) throws IOException {
    return Xml.parse(body, reader -> new ListPageReader(reader).read());
  }

  /** Reads Error; what is no such document says nothing. */
  static ErrorAnswer error(ByteBuffer body) {
    if (!body.hasRemaining()) {
      return ErrorAnswer.NONE;
    }
    try {
      Xml.Element root = Xml.read(body, "Error", (element, depth) -> {});
      return new ErrorAnswer(
          root.text("Code"), root.text("Message"), root.text("RequestId"), root.text("Region"));
    } catch (IOException e) {
      // A proxy's page, as a rule: the status says what there is to say.
      return ErrorAnswer.NONE;
    }
  }

  /** Reads InitiateMultipartUploadResult and returns the upload's id. */
  static String uploadId(ByteBuffer body) throws IOException {
    String id =
        Xml.read(body, "InitiateMultipartUploadResult", (e, depth) -> {}).required("UploadId");
    if (id.isEmpty()) {
      throw new IOException("the answer's <UploadId> is empty");
    }
    return id;
  }

  /** Reads CompleteMultipartUploadResult and returns the ETag, unquoted. */
  static String completed(ByteBuffer body) throws IOException {
    Xml.Element root = Xml.read(body, "CompleteMultipartUploadResult", (element, depth) -> {});
    return Etags.unquoted(root.required("ETag"));
  }

  /** Reads DeleteResult. */
  static Deleted deleted(ByteBuffer body) throws IOException {
    List<String> keys = new ArrayList<>();
    List<FailedDelete> failures = new ArrayList<>();
    Xml.read(
        body,
        "DeleteResult",
        (element, depth) -> {
          if (depth == 2 && element.name().equals("Deleted")) {
            // MinIO leaves the key of what it could not delete out.
            keys.add(element.text("Key"));
          } else if (depth == 2 && element.name().equals("Error")) {
            failures.add(
                new FailedDelete(
                    element.text("Key"), element.text("Code"), element.text("Message")));
          }
        });
    return new Deleted(keys, failures);
  }

  /** Reads ListMultipartUploadsResult. */
  static Uploads uploads(ByteBuffer body) throws IOException {
    List<Upload> uploads = new ArrayList<>();
    Xml.Element root =
        Xml.read(
            body,
            "ListMultipartUploadsResult",
            (element, depth) -> {
              if (depth == 2 && element.name().equals("Upload")) {
                uploads.add(
                    new Upload(
                        element.required("Key"),
                        element.required("UploadId"),
                        Xml.time(element.required("Initiated"))));
              }
            });
    boolean encoded = root.text("EncodingType").equals("url");
    List<Upload> decoded = new ArrayList<>(uploads.size());
    for (Upload upload : uploads) {
      String key = encoded ? decode(upload.key()) : upload.key();
      decoded.add(new Upload(key, upload.uploadId(), upload.initiated()));
    }
    boolean more = root.text("IsTruncated").equals("true");
    String nextKey = encoded ? decode(root.text("NextKeyMarker")) : root.text("NextKeyMarker");
    if (more && nextKey.isEmpty()) {
      throw new IOException("the answer says that there is more, and not where");
    }
    return more
        ? new Uploads(decoded, nextKey, root.text("NextUploadIdMarker"))
        : new Uploads(decoded, "", "");
  }

  /** Writes CompleteMultipartUpload. */
  static ByteBuffer complete(List<Part> parts) {
    StringBuilder xml = new StringBuilder(128 * parts.size() + 64);
    xml.append("<CompleteMultipartUpload>");
    for (Part part : parts) {
      xml.append("<Part><PartNumber>").append(part.number()).append("</PartNumber><ETag>");
      Xml.text(xml, Etags.quoted(part.etag()));
      xml.append("</ETag>");
      if (!part.checksum().isEmpty()) {
        xml.append("<ChecksumCRC32C>").append(part.checksum()).append("</ChecksumCRC32C>");
      }
      xml.append("</Part>");
    }
    return Xml.bytes(xml.append("</CompleteMultipartUpload>"));
  }

  /** Writes Delete, of keys that a document {@linkplain Xml#canHold can hold}. */
  static ByteBuffer delete(List<String> keys) {
    StringBuilder xml = new StringBuilder(64 * keys.size() + 32);
    xml.append("<Delete>");
    for (String key : keys) {
      xml.append("<Object><Key>");
      Xml.text(xml, key);
      xml.append("</Key></Object>");
    }
    return Xml.bytes(xml.append("</Delete>"));
  }

  private static String decode(String text) throws IOException {
    return UriText.decodeForm(text);
  }
}
