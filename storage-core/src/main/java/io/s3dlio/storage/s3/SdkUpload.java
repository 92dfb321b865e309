package io.s3dlio.storage.s3;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.UploadedPart;
import io.s3dlio.storage.cloud.WriteCondition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** An upload through the AWS SDK. */
final class SdkUpload implements Upload {
  private final SdkS3Store store;
  private final S3Client client;
  private final Location location;
  private final WriteCondition condition;
  private final UploadSums sums;
  private final String id;

  private SdkUpload(
      SdkS3Store store,
      S3Client client,
      Location location,
      WriteCondition condition,
      UploadSums sums,
      String id) {
    this.store = store;
    this.client = client;
    this.location = location;
    this.condition = condition;
    this.sums = sums;
    this.id = id;
  }

  /** Begins an upload. */
  static SdkUpload begin(
      SdkS3Store store,
      S3Client client,
      Location location,
      WriteCondition condition,
      UploadSums sums)
      throws IOException {
    try {
      String id =
          client
              .createMultipartUpload(
                  create ->
                      create
                          .bucket(location.container())
                          .key(location.key())
                          .checksumAlgorithm(algorithm(sums))
                          .checksumType(sums == UploadSums.WHOLE ? ChecksumType.FULL_OBJECT : null))
              .uploadId();
      if (id == null) {
        throw new StorageException(
            Failure.of("put", location, "the server's answer has no id of an upload"));
      }
      return new SdkUpload(store, client, location, condition, sums, id);
    } catch (SdkException e) {
      throw SdkErrors.of("put", location, e);
    }
  }

  private static @Nullable ChecksumAlgorithm algorithm(UploadSums sums) {
    return sums == UploadSums.NONE ? null : ChecksumAlgorithm.CRC32_C;
  }

  @Override
  public UploadedPart send(int number, ByteBuffer content) throws IOException {
    int sum = sums == UploadSums.NONE ? 0 : Crc32c.of(List.of(content));
    try {
      UploadPartResponse answer =
          client.uploadPart(
              upload -> {
                upload
                    .bucket(location.container())
                    .key(location.key())
                    .uploadId(id)
                    .partNumber(number);
                if (sums != UploadSums.NONE) {
                  upload.checksumCRC32C(Crc32c.base64(sum));
                }
              },
              RequestBody.fromRemainingByteBuffer(content.duplicate()));
      return new UploadedPart(number, Etags.unquoted(answer.eTag()), content.remaining(), sum);
    } catch (SdkException e) {
      throw SdkErrors.of("put", location, e);
    }
  }

  @Override
  public ObjectInfo complete(List<UploadedPart> parts, long length) throws IOException {
    int whole = 0;
    List<CompletedPart> told = new ArrayList<>(parts.size());
    for (UploadedPart part : parts) {
      whole = Crc32c.combine(whole, part.crc32c(), part.length());
      told.add(
          CompletedPart.builder()
              .partNumber(part.number())
              .eTag(Etags.quoted(part.etag()))
              .checksumCRC32C(sums == UploadSums.NONE ? null : Crc32c.base64(part.crc32c()))
              .build());
    }
    CompleteMultipartUploadRequest.Builder request =
        CompleteMultipartUploadRequest.builder()
            .bucket(location.container())
            .key(location.key())
            .uploadId(id)
            .multipartUpload(all -> all.parts(told));
    String sum = sums == UploadSums.WHOLE ? Crc32c.base64(whole) : "";
    if (sums == UploadSums.WHOLE) {
      request.checksumCRC32C(sum).checksumType(ChecksumType.FULL_OBJECT);
    }
    request.ifNoneMatch(condition.isFree() ? "*" : null);
    request.ifMatch(condition.isOfVersion() ? Etags.quoted(condition.etag()) : null);
    try {
      CompleteMultipartUploadResponse answer = client.completeMultipartUpload(request.build());
      return store.written(location, length, answer.eTag(), sum);
    } catch (SdkException e) {
      Optional<ObjectInfo> ours = store.oursAtLast(e, location, length, sum, "");
      if (ours.isPresent()) {
        return ours.get();
      }
      throw SdkErrors.ofWrite(location, e, condition);
    }
  }

  @Override
  public void abort() throws IOException {
    try {
      client.abortMultipartUpload(
          abort -> abort.bucket(location.container()).key(location.key()).uploadId(id));
    } catch (SdkException e) {
      throw SdkErrors.of("discard", location, e);
    }
  }
}
