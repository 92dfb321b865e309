package io.s3dlio.storage.gcs;

import com.google.auth.Retryable;
import com.google.auth.oauth2.GoogleCredentials;
import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.cloud.CloudRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens from Google's library, which keeps one and gets the next before it expires: one thread at
 * a time does, and the others go on with the old one. Nothing of it is loaded before the first
 * request.
 */
final class GoogleTokens implements Authorization {
  /** What reading, writing and deleting objects takes, and no more. */
  private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

  private static final URI AUDIENCE = URI.create("https://storage.googleapis.com/");

  private final Source source;
  private final String remedy;
  private volatile @Nullable GoogleCredentials found;

  /** Looks for credentials. */
  @FunctionalInterface
  interface Source {
    GoogleCredentials find() throws IOException;
  }

  GoogleTokens(Source source, String remedy) {
    this.source = source;
    this.remedy = remedy;
  }

  /** Returns the tokens of the application default credentials. */
  static GoogleTokens ofEnvironment() {
    return new GoogleTokens(
        GoogleCredentials::getApplicationDefault,
        "Run 'gcloud auth application-default login', or set GOOGLE_APPLICATION_CREDENTIALS or"
            + " serviceAccountFile, or anonymous=true for what is public");
  }

  /** Returns the tokens of a service account, or of an identity that a file describes. */
  static GoogleTokens ofFile(String file) {
    return new GoogleTokens(
        () -> {
          try (InputStream json = Files.newInputStream(Path.of(file))) {
            return GoogleCredentials.fromStream(json);
          }
        },
        "Check that serviceAccountFile is there on every machine and is what Google gave");
  }

  @Override
  public void addTo(List<String> fields, CloudRequest request) throws IOException {
    Map<String, List<String>> metadata;
    try {
      metadata = credentials().getRequestMetadata(AUDIENCE);
    } catch (IOException e) {
      throw failure(request, e);
    }
    metadata.forEach(
        (name, values) -> values.forEach(value -> fields.addAll(List.of(name, value))));
  }

  @Override
  public boolean refresh(String refused, CloudRequest request) throws IOException {
    try {
      synchronized (this) {
        // Another request that was refused may have done it.
        if (current().equals(refused)) {
          credentials().refresh();
        }
      }
      return !current().equals(refused);
    } catch (IOException e) {
      throw failure(request, e);
    }
  }

  private String current() throws IOException {
    List<String> values = credentials().getRequestMetadata(AUDIENCE).get(FIELD);
    return values == null || values.isEmpty() ? "" : values.get(0);
  }

  private GoogleCredentials credentials() throws IOException {
    GoogleCredentials known = found;
    if (known == null) {
      synchronized (this) {
        known = found;
        if (known == null) {
          GoogleCredentials any = find();
          known = any.createScopedRequired() ? any.createScoped(SCOPE) : any;
          found = known;
        }
      }
    }
    return known;
  }

  private GoogleCredentials find() throws IOException {
    try {
      return source.find();
    } catch (IllegalArgumentException e) {
      // The library's word for a file that describes no identity.
      throw new IOException(e.getMessage(), e);
    }
  }

  private StorageException failure(CloudRequest request, IOException reason) {
    Failure failure =
        Failure.of(
            request.operation(),
            request.location(),
            "there is no token for it: " + reason.getMessage());
    return reason instanceof Retryable retryable && retryable.isRetryable()
        ? new UnavailableException(failure, reason)
        : new AccessDeniedException(failure.withRemedy(remedy), reason);
  }
}
