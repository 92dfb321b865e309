package io.s3dlio.storage.azure;

import java.io.Serializable;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who asks. What each shows of itself holds no secret. */
public sealed interface AzureCredentials extends Serializable {
  /**
   * The key of an account.
   *
   * @param key in Base64, as Azure shows it
   */
  record SharedKey(String key) implements AzureCredentials {
    public SharedKey {
      boolean valid;
      try {
        valid = Base64.getDecoder().decode(key).length > 0;
      } catch (IllegalArgumentException e) {
        // Its message shows a part of the key.
        valid = false;
      }
      if (!valid) {
        throw new IllegalArgumentException(
            "Invalid credentials: the account's key is no Base64 (copy it as Azure shows it)");
      }
    }

    @Override
    public String toString() {
      return "SharedKey[redacted]";
    }
  }

  /**
   * A shared access signature.
   *
   * @param token the query of the signed URL, {@code sv=...&sig=...}
   */
  record Sas(String token) implements AzureCredentials {
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    public Sas {
      token = token.startsWith("?") ? token.substring(1) : token;
      if (!TOKEN.matcher(token).matches() || !token.matches("(.*&)?sig=.*")) {
        throw new IllegalArgumentException(
            "Invalid credentials: the shared access signature has no 'sig' (copy what follows the"
                + " question mark)");
      }
    }

    @Override
    public String toString() {
      return "Sas[redacted]";
    }
  }

  /** Nobody: containers that are public. */
  record Anonymous() implements AzureCredentials {}

  /**
   * What {@code DefaultAzureCredential} of the Azure SDK finds: the environment, a workload's or a
   * machine's identity, {@code az login}.
   *
   * @param clientId which identity, of a machine or a workload that has several; null for its only
   *     one, or that of {@code AZURE_CLIENT_ID}
   */
  record Identity(@Nullable String clientId) implements AzureCredentials {}

  /**
   * An application of Entra ID with a secret.
   *
   * @param tenantId where it is
   * @param clientId which it is
   */
  record ServicePrincipal(String tenantId, String clientId, String clientSecret)
      implements AzureCredentials {
    @Override
    public String toString() {
      return "ServicePrincipal[tenantId=%s, clientId=%s]".formatted(tenantId, clientId);
    }
  }
}
