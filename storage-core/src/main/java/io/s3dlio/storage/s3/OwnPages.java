package io.s3dlio.storage.s3;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.UriText;
import java.io.IOException;
import java.util.List;

/** The pages of listings, over connections of our own. */
record OwnPages(S3Client client, S3Fields fields) implements ListPages {
  @Override
  public ListPages.Page page(Location prefix, boolean recursive, String after, String continuation)
      throws IOException {
    String query = query(prefix, recursive, after, continuation);
    CloudRequest request =
        new CloudRequest("list", prefix, "GET", "", query, fields.any(), List.of());
    return client.retrying(request, response -> S3Xml.page(response.body()));
  }

  /** Its parameters stand in the order of their names, for the signature. */
  private static String query(
      Location prefix, boolean recursive, String after, String continuation) {
    StringBuilder query = new StringBuilder(128);
    if (!continuation.isEmpty()) {
      query.append("continuation-token=").append(UriText.parameter(continuation)).append('&');
    }
    if (!recursive) {
      query.append("delimiter=%2F&");
    }
    query.append("encoding-type=url&list-type=2&prefix=").append(UriText.parameter(prefix.key()));
    if (!after.isEmpty() && continuation.isEmpty()) {
      query.append("&start-after=").append(UriText.parameter(after));
    }
    return query.toString();
  }
}
