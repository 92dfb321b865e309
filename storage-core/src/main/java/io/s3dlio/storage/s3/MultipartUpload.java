package io.s3dlio.storage.s3;

import static io.s3dlio.storage.s3.S3Fields.add;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.Attempts;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.UploadedPart;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.cloud.WriteCondition;
import io.s3dlio.storage.transport.HttpHeaders;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An upload over connections of our own. */
final class MultipartUpload implements Upload {
  private final S3Store store;
  private final S3Client client;
  private final S3Fields fields;
  private final Location location;
  private final WriteCondition condition;
  private final UploadSums sums;
  private final String id;

  private MultipartUpload(
      S3Store store,
      S3Client client,
      S3Fields fields,
      Location location,
      WriteCondition condition,
      UploadSums sums,
      String id) {
    this.store = store;
    this.client = client;
    this.fields = fields;
    this.location = location;
    this.condition = condition;
    this.sums = sums;
    this.id = id;
  }

  /** Begins an upload. */
  static MultipartUpload begin(
      S3Store store,
      S3Client client,
      S3Fields fields,
      Location location,
      WriteCondition condition,
      UploadSums sums)
      throws IOException {
    List<String> all = fields.create();
    if (sums != UploadSums.NONE) {
      add(all, "x-amz-checksum-algorithm", "CRC32C");
    }
    if (sums == UploadSums.WHOLE) {
      add(all, "x-amz-checksum-type", "FULL_OBJECT");
    }
    CloudRequest request = CloudRequest.of("put", location, "POST", "uploads=", all);
    String id = client.retrying(request, answer -> S3Xml.uploadId(answer.body()));
    return new MultipartUpload(store, client, fields, location, condition, sums, id);
  }

  @Override
  public UploadedPart send(int number, ByteBuffer content) throws IOException {
    List<String> all = fields.any();
    int sum = fields.addChecksum(all, List.of(content));
    String query = "partNumber=" + number + "&uploadId=" + UriText.parameter(id);
    CloudRequest request = CloudRequest.of("put", location, "PUT", query, all).withBody(content);
    Optional<String> etag = client.retrying(request).headers().first("ETag");
    if (etag.isEmpty()) {
      throw new StorageException(
          Failure.of("put", location, "the server's answer to part " + number + " has no ETag"));
    }
    return new UploadedPart(number, Etags.unquoted(etag.get()), content.remaining(), sum);
  }

  @Override
  public ObjectInfo complete(List<UploadedPart> parts, long length) throws IOException {
    int whole = 0;
    List<S3Xml.Part> told = new ArrayList<>(parts.size());
    for (UploadedPart part : parts) {
      whole = Crc32c.combine(whole, part.crc32c(), part.length());
      String sum = sums == UploadSums.NONE ? "" : Crc32c.base64(part.crc32c());
      told.add(new S3Xml.Part(part.number(), part.etag(), sum));
    }
    List<String> all = fields.any();
    add(all, "Content-Type", "application/xml");
    if (sums == UploadSums.WHOLE) {
      add(all, "x-amz-checksum-crc32c", Crc32c.base64(whole));
      add(all, "x-amz-checksum-type", "FULL_OBJECT");
    }
    condition.addTo(all);
    String query = "uploadId=" + UriText.parameter(id);
    CloudRequest request =
        CloudRequest.of("put", location, "POST", query, all).withBody(S3Xml.complete(told));
    String sum = Crc32c.base64(whole);
    return store.confirmed(complete(request, length, sum), sums == UploadSums.WHOLE ? sum : "");
  }

  private ObjectInfo complete(CloudRequest request, long length, String whole) throws IOException {
    Attempts attempts = client.attempts();
    while (true) {
      try {
        return client.once(request, answer -> completed(answer, length), attempts);
      } catch (StorageException e) {
        boolean gone = e instanceof NoSuchUploadException;
        boolean refused = condition.isRefused(e);
        if (attempts.mayHaveWorked() && (gone || refused)) {
          Optional<ObjectInfo> ours = oursAtLast(length, whole);
          if (ours.isPresent()) {
            return ours.get();
          }
        }
        if (refused) {
          throw condition.refusal(location, e);
        }
        attempts.failed(condition.explained(e));
      }
    }
  }

  /** A success may turn out a failure once its head has been sent: the body says which. */
  private ObjectInfo completed(HttpResponse answer, long length) throws IOException {
    S3Xml.ErrorAnswer error = S3Xml.error(answer.body());
    if (!error.code().isEmpty()) {
      throw S3Failures.ofBody("put", location, answer, error);
    }
    ObjectInfo now = S3Store.written(location, length, answer.headers());
    return new ObjectInfo(location, length, now.lastModified(), S3Xml.completed(answer.body()));
  }

  /** Returns what an attempt has completed whose answer was lost; empty if another wrote there. */
  private Optional<ObjectInfo> oursAtLast(long length, String whole) throws IOException {
    HttpHeaders there;
    try {
      there = store.headWithChecksum(location);
    } catch (NotFoundException e) {
      return Optional.empty();
    }
    ObjectInfo object = S3Store.info(location, there);
    String checksum = there.first("x-amz-checksum-crc32c").orElse("");
    return object.length() == length && sums == UploadSums.WHOLE && checksum.equals(whole)
        ? Optional.of(object)
        : Optional.empty();
  }

  @Override
  public void abort() throws IOException {
    abort(client, fields, location, id);
  }

  /**
   * Discards an upload and its parts.
   *
   * @return false if it was gone already: by an attempt whose answer was lost, by its completion,
   *     or by a lifecycle rule
   */
  static boolean abort(S3Client client, S3Fields fields, Location location, String id)
      throws IOException {
    String query = "uploadId=" + UriText.parameter(id);
    try {
      client.retrying(CloudRequest.of("discard", location, "DELETE", query, fields.any()));
      return true;
    } catch (NoSuchUploadException e) {
      return false;
    }
  }
}
