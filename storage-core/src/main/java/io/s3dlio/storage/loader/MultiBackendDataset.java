package io.s3dlio.storage.loader;

import io.s3dlio.storage.StoreConfig;
import java.io.IOException;
import java.util.List;

/** The names by which s3dlio's guide makes a {@link Dataset}, which always has any stores. */
public final class MultiBackendDataset {
  private MultiBackendDataset() {}

  /** As {@link Dataset#fromUris(List)}. */
  public static Dataset fromUris(List<String> uris) {
    return Dataset.fromUris(uris);
  }

  /** As {@link Dataset#fromUris(List, StoreConfig)}. */
  public static Dataset fromUris(List<String> uris, StoreConfig config) {
    return Dataset.fromUris(uris, config);
  }

  /** As {@link Dataset#fromPrefix(String)}. */
  public static Dataset fromPrefix(String uri) throws IOException {
    return Dataset.fromPrefix(uri);
  }
}
