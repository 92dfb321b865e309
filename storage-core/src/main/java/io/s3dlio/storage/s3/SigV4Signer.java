package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs requests in the header {@code Authorization}, as "Authenticating Requests (AWS Signature
 * Version 4)" in the API reference of Amazon S3 says. Signed are the host, the time, the hash of
 * the payload, every field {@code x-amz-*}, and those that say what is sent or asked for; proxies
 * may change others. Thread-safe.
 */
final class SigV4Signer {
  /** In place of a hash: the payload is not signed. */
  static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

  /** The hash of no bytes. */
  static final String EMPTY_PAYLOAD =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final HexFormat HEX = HexFormat.of();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int DAY_LENGTH = 8;
  private static final List<String> ALSO_SIGNED =
      List.of("range", "content-md5", "content-type", "date");

  private static final ThreadLocal<Mac> MAC =
      ThreadLocal.withInitial(() -> algorithm(() -> Mac.getInstance("HmacSHA256")));
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(() -> algorithm(() -> MessageDigest.getInstance("SHA-256")));

  private final String region;
  private final String service;
  private volatile @Nullable DayKey dayKey;
  private volatile Second second = new Second(Long.MIN_VALUE, "");

  private record DayKey(String day, String secret, SecretKeySpec key) {
    @Override
    public String toString() {
      return "DayKey[redacted]";
    }
  }

  private record Second(long epoch, String text) {}

  /** A field that is signed. */
  private record Field(String name, String value) {}

  SigV4Signer(String region, String service) {
    this.region = region;
    this.service = service;
  }

  /**
   * Returns the fields of a request with those of its signature appended, as name, value, name,
   * value.
   *
   * @param host what the field {@code Host} says
   * @param path encoded, each character once
   * @param query encoded, its parameters in the order of their names, each with {@code =}
   * @param fields as name, value, name, value
   * @param payloadHash SHA-256 in lower-case hex, or {@link #UNSIGNED_PAYLOAD}
   */
  List<String> sign(
      S3Credentials credentials,
      Instant now,
      String method,
      String host,
      String path,
      String query,
      List<String> fields,
      String payloadHash) {
    String time = time(now);
    List<String> all = new ArrayList<>(fields.size() + 8);
    all.addAll(fields);
    add(all, "x-amz-content-sha256", payloadHash);
    add(all, "x-amz-date", time);
    if (!credentials.sessionToken().isEmpty()) {
      add(all, "x-amz-security-token", credentials.sessionToken());
    }
    List<Field> signed = signed(host, all);
    String names = names(signed);
    StringBuilder canonical = new StringBuilder(512);
    canonical.append(method).append('\n').append(path).append('\n').append(query).append('\n');
    for (Field field : signed) {
      canonical.append(field.name()).append(':').append(field.value()).append('\n');
    }
    canonical.append('\n').append(names).append('\n').append(payloadHash);

    String day = time.substring(0, DAY_LENGTH);
    String scope = day + '/' + region + '/' + service + "/aws4_request";
    String hash = HEX.formatHex(SHA_256.get().digest(canonical.toString().getBytes(UTF_8)));
    String toSign = ALGORITHM + '\n' + time + '\n' + scope + '\n' + hash;
    byte[] signature = hmac(key(day, credentials.secretAccessKey()), toSign);
    add(
        all,
        "Authorization",
        ALGORITHM
            + " Credential="
            + credentials.accessKeyId()
            + '/'
            + scope
            + ",SignedHeaders="
            + names
            + ",Signature="
            + HEX.formatHex(signature));
    return all;
  }

  /** Returns the hash of a payload that is signed. */
  static String hash(List<ByteBuffer> payload) {
    MessageDigest digest = SHA_256.get();
    payload.forEach(buffer -> digest.update(buffer.duplicate()));
    return HEX.formatHex(digest.digest());
  }

  private static void add(List<String> fields, String name, String value) {
    fields.add(name);
    fields.add(value);
  }

  private static List<Field> signed(String host, List<String> fields) {
    List<Field> signed = new ArrayList<>(8);
    signed.add(new Field("host", host));
    for (int i = 0; i < fields.size(); i += 2) {
      String name = fields.get(i);
      if (name.regionMatches(true, 0, "x-amz-", 0, 6) || isSigned(name)) {
        signed.add(new Field(name.toLowerCase(Locale.ROOT), compact(fields.get(i + 1))));
      }
    }
    signed.sort((left, right) -> left.name().compareTo(right.name()));
    return signed;
  }

  /** Signatures are of values without blanks around them, and with one where there are several. */
  private static String compact(String value) {
    String trimmed = value.strip();
    boolean single = trimmed.indexOf('\t') < 0 && !trimmed.contains("  ");
    return single ? trimmed : BLANKS.matcher(trimmed).replaceAll(" ");
  }

  private static boolean isSigned(String name) {
    for (String each : ALSO_SIGNED) {
      if (each.equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  private static String names(List<Field> signed) {
    StringBuilder names = new StringBuilder(64);
    for (Field field : signed) {
      names.append(names.isEmpty() ? "" : ";").append(field.name());
    }
    return names.toString();
  }

  private String time(Instant now) {
    Second last = second;
    if (last.epoch() != now.getEpochSecond()) {
      last = new Second(now.getEpochSecond(), TIME.format(now));
      second = last;
    }
    return last.text();
  }

  /** The key of a day is derived once, for it costs four times what a signature does. */
  private SecretKeySpec key(String day, String secret) {
    DayKey last = dayKey;
    if (last == null || !last.day().equals(day) || !last.secret().equals(secret)) {
      SecretKeySpec root = new SecretKeySpec(("AWS4" + secret).getBytes(UTF_8), "HmacSHA256");
      byte[] ofRegion = hmac(spec(hmac(root, day)), region);
      byte[] ofService = hmac(spec(ofRegion), service);
      last = new DayKey(day, secret, spec(hmac(spec(ofService), "aws4_request")));
      dayKey = last;
    }
    return last.key();
  }

  private static SecretKeySpec spec(byte[] key) {
    return new SecretKeySpec(key, "HmacSHA256");
  }

  private static byte[] hmac(SecretKeySpec key, String text) {
    Mac mac = MAC.get();
    try {
      mac.init(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The JDK refuses a key for HmacSHA256", e);
    }
    return mac.doFinal(text.getBytes(UTF_8));
  }

  /** Looks an algorithm up that every JDK has. */
  @FunctionalInterface
  private interface Lookup<T> {
    T get() throws GeneralSecurityException;
  }

  private static <T> T algorithm(Lookup<T> lookup) {
    try {
      return lookup.get();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK lacks SHA-256 or HmacSHA256", e);
    }
  }
}
