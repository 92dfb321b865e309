package io.s3dlio.storage.azure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads {@code AccountName=...;AccountKey=...;BlobEndpoint=...}, as Azure shows it, and {@code
 * UseDevelopmentStorage=true}: the emulator's own account on this machine.
 */
public final class ConnectionString {
  /** As "Use the Azurite emulator" tells everybody. */
  private static final String EMULATOR =
      "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2U"
          + "VErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
          + "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1";

  private ConnectionString() {}

  /**
   * Returns a configuration with the account, the endpoint and the credentials of a connection
   * string.
   *
   * @throws IllegalArgumentException if it lacks one of them; the message holds no secret
   */
  public static AzureConfig apply(AzureConfig config, String text) {
    Map<String, String> values = values(text);
    if (values.getOrDefault("UseDevelopmentStorage", "").equalsIgnoreCase("true")) {
      values = values(EMULATOR);
    }
    String account = values.getOrDefault("AccountName", "");
    String key = values.getOrDefault("AccountKey", "");
    String sas = values.getOrDefault("SharedAccessSignature", "");
    String endpoint = values.getOrDefault("BlobEndpoint", "");
    if (endpoint.isEmpty() && !account.isEmpty()) {
      endpoint =
          "%s://%s.blob.%s"
              .formatted(
                  values.getOrDefault("DefaultEndpointsProtocol", "https"),
                  account,
                  values.getOrDefault("EndpointSuffix", "core.windows.net"));
    }
    if (endpoint.isEmpty() || (key.isEmpty() && sas.isEmpty())) {
      throw new IllegalArgumentException(
          "Invalid connection string: it has no account or endpoint, or neither AccountKey nor"
              + " SharedAccessSignature");
    }
    return config
        .withAccount(account.isEmpty() ? null : account)
        .withEndpoint(uri(endpoint))
        .withCredentials(
            key.isEmpty() ? new AzureCredentials.Sas(sas) : new AzureCredentials.SharedKey(key));
  }

  private static Map<String, String> values(String text) {
    Map<String, String> values = new HashMap<>();
    for (String part : text.split(";")) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        values.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
      }
    }
    return values;
  }

  private static URI uri(String endpoint) {
    try {
      return new URI(endpoint);
    } catch (URISyntaxException e) {
      // Its message shows the whole, which may hold a signature.
      throw new IllegalArgumentException("Invalid connection string: its endpoint is no URI");
    }
  }
}
