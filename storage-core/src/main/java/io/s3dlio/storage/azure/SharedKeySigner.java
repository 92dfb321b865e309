package io.s3dlio.storage.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests with an account's key, as "Authorize with Shared Key" of the REST API reference of
 * Azure Storage tells for Blob Storage since version 2015-02-21. Thread-safe.
 */
final class SharedKeySigner {
  private static final String ALGORITHM = "HmacSHA256";

  /** Of the header fields that are signed without their names, in this order. */
  private static final List<String> STANDARD =
      List.of(
          "content-encoding",
          "content-language",
          "content-length",
          "content-md5",
          "content-type",
          "date",
          "if-modified-since",
          "if-match",
          "if-none-match",
          "if-unmodified-since",
          "range");

  private final String account;
  private final SecretKeySpec key;

  SharedKeySigner(String account, AzureCredentials.SharedKey credentials) {
    this.account = account;
    this.key = new SecretKeySpec(Base64.getDecoder().decode(credentials.key()), ALGORITHM);
  }

  /**
   * Returns the value of the field {@code Authorization}.
   *
   * @param path encoded, with what stands before the container
   * @param query encoded; empty for none
   * @param fields name, value, name, value
   * @param length of the body
   */
  String authorization(String method, String path, String query, List<String> fields, long length) {
    return "SharedKey " + account + ':' + sign(toSign(method, path, query, fields, length));
  }

  private String toSign(
      String method, String path, String query, List<String> fields, long length) {
    Map<String, String> standard = new TreeMap<>();
    TreeMap<String, String> own = new TreeMap<>();
    for (int i = 0; i < fields.size(); i += 2) {
      String name = fields.get(i).toLowerCase(Locale.ROOT);
      (name.startsWith("x-ms-") ? own : standard).put(name, fields.get(i + 1).strip());
    }
    if (length > 0) {
      standard.put("content-length", String.valueOf(length));
    }
    StringBuilder text = new StringBuilder(512).append(method);
    for (String name : STANDARD) {
      text.append('\n').append(standard.getOrDefault(name, ""));
    }
    own.forEach((name, value) -> text.append('\n').append(name).append(':').append(value));
    text.append("\n/").append(account).append(path);
    parameters(query)
        .forEach((name, value) -> text.append('\n').append(name).append(':').append(value));
    return text.toString();
  }

  private static Map<String, String> parameters(String query) {
    TreeMap<String, String> parameters = new TreeMap<>();
    for (String parameter : query.split("&")) {
      if (!parameter.isEmpty()) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        parameters.put(
            URLDecoder.decode(name, UTF_8).toLowerCase(Locale.ROOT),
            URLDecoder.decode(value, UTF_8));
      }
    }
    return parameters;
  }

  private String sign(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK cannot sign with " + ALGORITHM, e);
    }
  }
}
