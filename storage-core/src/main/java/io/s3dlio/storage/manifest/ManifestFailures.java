package io.s3dlio.storage.manifest;

import com.fasterxml.jackson.core.JacksonException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/** How reading a manifest fails. */
final class ManifestFailures {
  private ManifestFailures() {}

  static CorruptException corrupt(Location location, String reason, @Nullable Throwable cause) {
    return new CorruptException(
        Failure.of("read", location, reason)
            .withRemedy("It is no manifest, or it was damaged; the objects are not affected"),
        cause);
  }

  /** Returns what the store said as it is, and what the decoders said as damage. */
  static IOException typed(Location location, String where, IOException e) {
    if (e instanceof StorageException || e instanceof InterruptedIOException) {
      return e;
    }
    String reason = e instanceof JacksonException json ? json.getOriginalMessage() : e.toString();
    return corrupt(location, where + " is malformed: " + reason, e);
  }
}
