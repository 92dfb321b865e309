package io.s3dlio.storage.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Which certificates are trusted. */
public final class TlsTrust {
  private TlsTrust() {}

  /**
   * Returns the JDK's own trust managers.
   *
   * @param caBundle certificates in PEM that are trusted in place of the platform's; null for those
   * @throws IOException if the file cannot be read or holds no certificate
   */
  public static TrustManager[] of(@Nullable String caBundle) throws IOException {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(caBundle == null ? null : read(caBundle));
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException("Cannot set the trusted certificates up: " + e.getMessage(), e);
    }
  }

  private static KeyStore read(String caBundle) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    int count = 0;
    try (InputStream in = Files.newInputStream(Path.of(caBundle))) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca-" + count++, each);
      }
    }
    if (count == 0) {
      throw new IOException("Cannot trust " + caBundle + ": it holds no certificate (in PEM)");
    }
    return trusted;
  }
}
