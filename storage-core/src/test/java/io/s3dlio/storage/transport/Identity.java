package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A server's certificate and its key, made for one test. */
record Identity(PrivateKey key, List<X509Certificate> chain) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /**
   * What a certificate says.
   *
   * @param subject its common name
   * @param alternative the name that clients know the server by; null for none
   * @param authority whether it may sign others
   * @param from when it begins to be valid, for two days
   */
  record Text(String subject, @Nullable GeneralName alternative, boolean authority, Instant from) {
    static Text of(String subject) {
      return new Text(subject, null, false, Instant.now().minusSeconds(60));
    }

    Text withDns(String name) {
      return new Text(subject, new GeneralName(GeneralName.dNSName, name), authority, from);
    }

    Text withAddress(String address) {
      return new Text(subject, new GeneralName(GeneralName.iPAddress, address), authority, from);
    }

    Text asAuthority() {
      return new Text(subject, alternative, true, from);
    }

    Text expired() {
      return new Text(subject, alternative, authority, Instant.now().minus(Duration.ofDays(9)));
    }
  }

  /** Returns a server that is its own authority. */
  static Identity selfSigned(Text text) throws GeneralSecurityException {
    KeyPair keys = newKeys();
    return new Identity(
        keys.getPrivate(), List.of(certify(text, keys, text.subject(), keys.getPrivate())));
  }

  /** Returns a server whose certificate this authority has signed. */
  Identity sign(Text text) throws GeneralSecurityException {
    KeyPair keys = newKeys();
    X509Certificate authority = chain.get(0);
    String issuer = authority.getSubjectX500Principal().getName().substring("CN=".length());
    return new Identity(keys.getPrivate(), List.of(certify(text, keys, issuer, key), authority));
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static X509Certificate certify(Text text, KeyPair keys, String issuer, PrivateKey signer)
      throws GeneralSecurityException {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=" + issuer),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(text.from()),
            Date.from(text.from().plus(Duration.ofDays(2))),
            new X500Name("CN=" + text.subject()),
            keys.getPublic());
    try {
      if (text.alternative() != null) {
        builder.addExtension(
            Extension.subjectAlternativeName, false, new GeneralNames(text.alternative()));
      }
      if (text.authority()) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what the server speaks TLS by. */
  SSLContext server() throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, PASSWORD);
    keys.setKeyEntry("s", key, PASSWORD, chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  /** Writes the certificate, for clients that are to trust it, into a file; returns its path. */
  String bundle(Path folder) throws GeneralSecurityException, IOException {
    String text =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(chain.get(0).getEncoded());
    return Files.writeString(
            Files.createTempFile(folder, "bundle", ".pem"),
            "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n",
            US_ASCII)
        .toString();
  }
}
