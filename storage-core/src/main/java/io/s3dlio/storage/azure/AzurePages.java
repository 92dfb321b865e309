package io.s3dlio.storage.azure;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.UriText;
import java.io.IOException;
import java.util.List;

/**
 * The pages of listings. Blob Storage begins where a marker says, but not after a name. It orders
 * names by their UTF-16 units, and in a hierarchical account a slash comes before all else.
 */
record AzurePages(AzureClient client) implements ListPages {
  @Override
  public boolean beginsAfterKeys() {
    return false;
  }

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
    return client.retrying(request, answer -> AzureXml.page(answer.body()));
  }
}
