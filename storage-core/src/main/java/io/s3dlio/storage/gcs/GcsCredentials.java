package io.s3dlio.storage.gcs;

import java.io.Serializable;
import java.util.regex.Pattern;

/** Who asks. What each shows of itself holds no secret. */
public sealed interface GcsCredentials extends Serializable {
  /**
   * A service account, or an identity of a workload.
   *
   * @param file where its JSON is, on every machine
   */
  record ServiceAccount(String file) implements GcsCredentials {
    public ServiceAccount {
      if (file.isBlank()) {
        throw new IllegalArgumentException("Invalid credentials: no file is named");
      }
    }
  }

  /**
   * A token that somebody else got, until it expires.
   *
   * @param token what follows {@code Bearer}
   */
  record AccessToken(String token) implements GcsCredentials {
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    public AccessToken {
      if (!TOKEN.matcher(token).matches()) {
        throw new IllegalArgumentException(
            "Invalid credentials: the access token is empty or has spaces");
      }
    }

    @Override
    public String toString() {
      return "AccessToken[redacted]";
    }
  }

  /** The application default credentials, whichever server asks for them. */
  record Default() implements GcsCredentials {}

  /** Nobody: buckets that are public. */
  record Anonymous() implements GcsCredentials {}
}
