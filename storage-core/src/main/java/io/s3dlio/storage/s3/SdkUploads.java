package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.s3.S3Uploads.Told;
import io.s3dlio.storage.s3.S3Xml.Uploads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;

/** The uploads of a bucket, through the AWS SDK. */
record SdkUploads(S3Client client) implements S3Uploads.Server {
  @Override
  public boolean isAws() {
    return client.serviceClientConfiguration().endpointOverride().isEmpty();
  }

  @Override
  public Told page(Location prefix, String asked, Uploads after) throws IOException {
    ListMultipartUploadsRequest.Builder list =
        ListMultipartUploadsRequest.builder()
            .bucket(prefix.container())
            .prefix(asked)
            .encodingType(EncodingType.URL);
    if (!after.nextKey().isEmpty()) {
      list.keyMarker(after.nextKey());
    }
    if (!after.nextUploadId().isEmpty()) {
      list.uploadIdMarker(after.nextUploadId());
    }
    try {
      ListMultipartUploadsResponse answer = client.listMultipartUploads(list.build());
      List<S3Xml.Upload> uploads = new ArrayList<>();
      for (MultipartUpload upload : answer.uploads()) {
        uploads.add(new S3Xml.Upload(upload.key(), upload.uploadId(), upload.initiated()));
      }
      boolean more = Boolean.TRUE.equals(answer.isTruncated());
      return new Told(
          new Uploads(
              uploads,
              more ? answer.nextKeyMarker() : "",
              more ? Etags.unquoted(answer.nextUploadIdMarker()) : ""),
          answer
              .sdkHttpResponse()
              .firstMatchingHeader("Date")
              .flatMap(io.s3dlio.storage.s3.S3Client::time));
    } catch (SdkException e) {
      throw SdkErrors.of("list uploads of", prefix, e);
    }
  }

  @Override
  public boolean abort(Location location, String uploadId) throws IOException {
    try {
      client.abortMultipartUpload(
          abort -> abort.bucket(location.container()).key(location.key()).uploadId(uploadId));
      return true;
    } catch (NoSuchUploadException e) {
      return false;
    } catch (SdkException e) {
      throw SdkErrors.of("discard", location, e);
    }
  }
}
