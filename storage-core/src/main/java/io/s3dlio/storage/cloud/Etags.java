package io.s3dlio.storage.cloud;

import org.jspecify.annotations.Nullable;

/** ETags: quoted in header fields and in some answers, and never in ours. */
public final class Etags {
  private Etags() {}

  /** Returns an ETag without its quotes, if it has any; empty for null. */
  public static String unquoted(@Nullable String etag) {
    if (etag == null) {
      return "";
    }
    boolean quoted = etag.length() > 1 && etag.startsWith("\"") && etag.endsWith("\"");
    return quoted ? etag.substring(1, etag.length() - 1) : etag;
  }

  public static String quoted(String etag) {
    return '"' + etag + '"';
  }
}
