package io.s3dlio.storage.transport;

import io.s3dlio.storage.telemetry.Counter;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the engines of TLS: Conscrypt's, which take a third of the CPU of the JDK 17's, where its
 * native library loads, and the JDK's elsewhere. Whom to trust is the JDK's to say with both, and
 * the host's name is always checked.
 */
final class TlsContext {
  private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

  private final SSLContext context;
  private final boolean conscrypt;

  private TlsContext(SSLContext context, boolean conscrypt) {
    this.context = context;
    this.conscrypt = conscrypt;
  }

  /**
   * @param caBundle certificates in PEM that are trusted in place of the platform's; null for those
   * @throws IOException if the file cannot be read or holds no certificate
   */
  static TlsContext open(@Nullable String caBundle) throws IOException {
    Provider provider = Native.PROVIDER;
    return provider == null ? ofJdk(caBundle) : of(provider, caBundle);
  }

  /** Returns one with the JDK's engines. */
  static TlsContext ofJdk(@Nullable String caBundle) throws IOException {
    return of(null, caBundle);
  }

  private static TlsContext of(@Nullable Provider provider, @Nullable String caBundle)
      throws IOException {
    try {
      SSLContext context =
          provider == null
              ? SSLContext.getInstance("TLS")
              : SSLContext.getInstance("TLS", provider);
      context.init(null, trust(caBundle), null);
      return new TlsContext(context, provider != null);
    } catch (GeneralSecurityException e) {
      throw new IOException("Cannot set TLS up: " + e.getMessage(), e);
    }
  }

  private static TrustManager[] trust(@Nullable String caBundle) throws IOException {
    TrustManager[] managers = TlsTrust.of(caBundle);
    for (int i = 0; i < managers.length; i++) {
      if (managers[i] instanceof X509ExtendedTrustManager jdk) {
        managers[i] = new JdkTrust(jdk);
      }
    }
    return managers;
  }

  boolean isConscrypt() {
    return conscrypt;
  }

  /** Returns a client's engine that takes no certificate but one for this host. */
  SSLEngine engine(String host, int port) {
    if (!conscrypt) {
      Counter.TLS_FALLBACKS.increment();
    }
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** Loaded once in a JVM; never registered, so that nobody else's TLS changes. */
  private static final class Native {
    static final @Nullable Provider PROVIDER = load();

    private static @Nullable Provider load() {
      try {
        Conscrypt.checkAvailability();
        return Conscrypt.newProvider();
      } catch (LinkageError e) {
        LOG.info("TLS goes through the JDK, for Conscrypt does not load here: {}", e.toString());
        return null;
      }
    }
  }
}
