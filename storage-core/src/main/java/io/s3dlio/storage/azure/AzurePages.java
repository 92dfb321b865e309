package io.s3dlio.storage.azure;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.UriText;
import java.io.IOException;
import java.util.List;

/** The pages of listings. Blob Storage begins where a marker says, but not after a name. */
record AzurePages(AzureClient client) implements ListPages {
  @Override
  public Page page(Location prefix, boolean recursive, String after, String continuation)
      throws IOException {
    StringBuilder query = new StringBuilder("restype=container&comp=list&include=metadata");
    if (!prefix.key().isEmpty()) {
      query.append("&prefix=").append(UriText.parameter(prefix.key()));
    }
    if (!recursive) {
      query.append("&delimiter=%2F");
    }
    if (!continuation.isEmpty()) {
      query.append("&marker=").append(UriText.parameter(continuation));
    }
    CloudRequest request =
        new CloudRequest("list", prefix, "GET", "", query.toString(), List.of(), List.of());
    Page page = client.retrying(request, answer -> AzureXml.page(answer.body()));
    return after.isEmpty()
        ? page
        : new Page(
            page.objects().stream()
                .filter(object -> Location.KEY_ORDER.compare(object.key(), after) > 0)
                .toList(),
            page.prefixes().stream()
                .filter(directory -> Location.KEY_ORDER.compare(directory, after) > 0)
                .toList(),
            page.continuation());
  }
}
