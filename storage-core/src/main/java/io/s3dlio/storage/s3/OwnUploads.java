package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.s3.S3Uploads.Told;
import io.s3dlio.storage.s3.S3Xml.Uploads;
import java.io.IOException;
import java.util.List;

/**
 * The uploads of a bucket, over connections of our own.
 *
 * @param fields of every request
 */
record OwnUploads(S3Client client, S3Fields fields) implements S3Uploads.Server {
  @Override
  public boolean isAws() {
    return client.isAws();
  }

  @Override
  public Told page(Location prefix, String asked, Uploads after) throws IOException {
    StringBuilder query = new StringBuilder("encoding-type=url");
    if (!after.nextKey().isEmpty()) {
      query.append("&key-marker=").append(UriText.parameter(after.nextKey()));
    }
    query.append("&prefix=").append(UriText.parameter(asked));
    if (!after.nextUploadId().isEmpty()) {
      query.append("&upload-id-marker=").append(UriText.parameter(after.nextUploadId()));
    }
    query.append("&uploads=");
    CloudRequest request =
        new CloudRequest(
            "list uploads of", prefix, "GET", "", query.toString(), fields.any(), List.of());
    return client.retrying(
        request,
        answer ->
            new Told(
                S3Xml.uploads(answer.body()),
                answer.headers().first("Date").flatMap(S3Client::time)));
  }

  @Override
  public boolean abort(Location location, String uploadId) throws IOException {
    return MultipartUpload.abort(client, fields, location, uploadId);
  }
}
