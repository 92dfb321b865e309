import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.cloud.NoCredentials;
import com.google.cloud.ReadChannel;
import com.google.cloud.WriteChannel;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Does by Google's own client what the benchmark asks for: {@code GcsPeer READ_ENDPOINT
 * WRITE_ENDPOINT BUCKET [CA_BUNDLE]}. Each line of the input says {@code large}, {@code small},
 * {@code puts} or {@code uploads}; each line of the output tells the CPU seconds that it took.
 */
final class GcsPeer {
  private static final int RANGE = 8 << 20;
  private static final int SMALL = 100 << 10;
  private static final int PUT = 16 << 20;
  private static final int LARGE = 64 << 20;

  private interface Work {
    void run(int number) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    String caBundle = args.length > 3 ? args[3] : null;
    Storage reads = storage(args[0], caBundle);
    Storage writes = storage(args[1], caBundle);
    String bucket = args[2];
    byte[] content = new byte[LARGE];
    new Random(1).nextBytes(content);
    byte[] put = java.util.Arrays.copyOf(content, PUT);
    ThreadLocal<ByteBuffer> targets =
        ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(RANGE));
    ExecutorService two = Executors.newFixedThreadPool(2);
    ExecutorService eight = Executors.newFixedThreadPool(8);
    ExecutorService many = Executors.newFixedThreadPool(32);
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      long before = system.getProcessCpuTime();
      switch (line) {
        case "large" ->
            run(
                eight,
                128,
                n ->
                    read(
                        reads,
                        BlobId.of(bucket, "large/" + n / 8),
                        (n % 8) * (long) RANGE,
                        targets.get().clear()));
        case "small" ->
            run(
                many,
                2000,
                n ->
                    read(
                        reads,
                        BlobId.of(bucket, "small/" + n),
                        0,
                        targets.get().clear().limit(SMALL)));
        case "puts" ->
            run(two, 24, n -> writes.create(BlobInfo.newBuilder(bucket, "put/" + n).build(), put));
        case "uploads" ->
            run(
                two,
                6,
                n -> {
                  BlobInfo blob = BlobInfo.newBuilder(bucket, "put/u" + n).build();
                  try (WriteChannel writer = writes.writer(blob)) {
                    writer.setChunkSize(PUT);
                    writer.write(ByteBuffer.wrap(content));
                  }
                });
        default -> throw new IllegalArgumentException(line);
      }
      System.out.println((system.getProcessCpuTime() - before) / 1e9);
    }
  }

  private static void read(Storage storage, BlobId blob, long offset, ByteBuffer target)
      throws Exception {
    try (ReadChannel reader = storage.reader(blob)) {
      reader.setChunkSize(0);
      reader.seek(offset);
      reader.limit(offset + target.remaining());
      while (target.hasRemaining()) {
        if (reader.read(target) < 0) {
          throw new IllegalStateException(target.remaining() + " bytes are missing");
        }
      }
    }
  }

  private static void run(ExecutorService threads, int count, Work work) throws Exception {
    List<Future<?>> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      runs.add(
          threads.submit(
              () -> {
                work.run(number);
                return null;
              }));
    }
    for (Future<?> each : runs) {
      each.get();
    }
  }

  private static Storage storage(String endpoint, String caBundle) throws Exception {
    NetHttpTransport.Builder http = new NetHttpTransport.Builder();
    if (caBundle != null) {
      http.setSslSocketFactory(trusting(caBundle).getSocketFactory());
    }
    NetHttpTransport transport = http.build();
    return StorageOptions.http()
        .setHost(endpoint)
        .setProjectId("bench")
        .setCredentials(NoCredentials.getInstance())
        .setTransportOptions(
            HttpTransportOptions.newBuilder().setHttpTransportFactory(() -> transport).build())
        .build()
        .getService();
  }

  private static SSLContext trusting(String caBundle) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream pem = Files.newInputStream(Path.of(caBundle))) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
