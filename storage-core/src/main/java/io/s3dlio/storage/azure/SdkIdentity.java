package io.s3dlio.storage.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tokens from a credential of the Azure SDK. The one class that knows the SDK: who has a key or a
 * signature never loads it.
 */
final class SdkIdentity implements AccessTokens.Source {
  private static final TokenRequestContext STORAGE =
      new TokenRequestContext().addScopes("https://storage.azure.com/.default");

  /** A chain's words on each of its links, and no more. */
  private static final int MAX_WORDS = 2000;

  /** What answers that a message quotes may hold. */
  private static final Pattern SECRET =
      Pattern.compile(
          "((?:client_secret|client_assertion|assertion|access_token|refresh_token|id_token)"
              + "[\"']?\\s*[=:]\\s*[\"']?)[^&\\s\"']+|\\beyJ[\\w-]{8,}(?:\\.[\\w-]*)*");

  private final TokenCredential credential;

  SdkIdentity(TokenCredential credential) {
    this.credential = credential;
  }

  /**
   * Returns the tokens of an application, or those that the default chain finds: of the
   * environment, of a workload's or a machine's identity, of tools that somebody has logged in
   * with.
   */
  static SdkIdentity of(AzureCredentials credentials) {
    // Given by hand: the SDK would look for one among services, and may meet one of Spark's.
    HttpClient http = new JdkHttpClientBuilder().build();
    if (credentials instanceof AzureCredentials.ServicePrincipal application) {
      return new SdkIdentity(
          new ClientSecretCredentialBuilder()
              .httpClient(http)
              .tenantId(application.tenantId())
              .clientId(application.clientId())
              .clientSecret(application.clientSecret())
              .build());
    }
    DefaultAzureCredentialBuilder chain = new DefaultAzureCredentialBuilder().httpClient(http);
    if (credentials instanceof AzureCredentials.Identity identity && identity.clientId() != null) {
      chain
          .managedIdentityClientId(identity.clientId())
          .workloadIdentityClientId(identity.clientId());
    }
    return new SdkIdentity(chain.build());
  }

  @Override
  public AccessTokens.Token get() throws IOException {
    AccessToken token;
    try {
      token = credential.getTokenSync(STORAGE);
    } catch (RuntimeException e) {
      // Without the SDK's exception: what it quotes cannot be made harmless.
      throw new IOException("the Azure SDK found no identity that has a token: " + harmless(e));
    }
    if (token == null || token.getToken() == null || token.getExpiresAt() == null) {
      throw new IOException("the Azure SDK's identity gave no token");
    }
    return new AccessTokens.Token(token.getToken(), token.getExpiresAt().toInstant());
  }

  private static String harmless(RuntimeException e) {
    String words =
        String.valueOf(e.getMessage())
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining(" "));
    String safe = SECRET.matcher(words).replaceAll("$1...");
    return safe.length() > MAX_WORDS ? safe.substring(0, MAX_WORDS) + "..." : safe;
  }
}
