package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.s3.S3Config.PayloadSigning;
import io.s3dlio.storage.s3.S3Config.Transport;
import io.s3dlio.testing.Peer;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * CPU of a client of S3, per byte and per request: our store, the AWS SDK, a bare loop, and other
 * libraries, taking turns.
 *
 * <pre>
 * S3Benchmark http  READ_ENDPOINT WRITE_ENDPOINT BUCKET ROUNDS
 * S3Benchmark tls   READ_ENDPOINT WRITE_ENDPOINT BUCKET ROUNDS CA_BUNDLE
 * S3Benchmark peers READ_ENDPOINT WRITE_ENDPOINT BUCKET ROUNDS NAME,COMMAND,ARGUMENT...
 * </pre>
 *
 * Keys are those of {@code S3DLIO_TEST_KEY} and {@code S3DLIO_TEST_SECRET}. The first endpoint need
 * not know signatures; the second is a server of S3. What they hold: {@link S3Work}. With a client
 * of the AWS CRT on the class path, that one reads over TLS too.
 */
public final class S3Benchmark {
  private static final String OURS = "s3dlio";

  private final URI readEndpoint;
  private final URI writeEndpoint;
  private final String bucket;
  private final S3Credentials keys;
  private final S3Work work;
  private final int rounds;

  private S3Benchmark(String[] args) {
    this.readEndpoint = URI.create(args[1]);
    this.writeEndpoint = URI.create(args[2]);
    this.bucket = args[3];
    this.rounds = Integer.parseInt(args[4]);
    this.keys =
        new S3Credentials(
            System.getenv("S3DLIO_TEST_KEY"), System.getenv("S3DLIO_TEST_SECRET"), "");
    this.work = new S3Work(bucket, keys);
  }

  public static void main(String[] args) throws Exception {
    S3Benchmark benchmark = new S3Benchmark(args);
    switch (args[0]) {
      case "http" -> benchmark.http();
      case "tls" -> benchmark.tls(args[5]);
      case "peers" -> benchmark.peers(Arrays.asList(args).subList(5, args.length));
      default -> throw new IllegalArgumentException("Say http, tls or peers");
    }
    System.exit(0);
  }

  /** Writes are slower, and as much is to be learned from fewer rounds. */
  private int writeRounds() {
    return Math.max(1, rounds / 3);
  }

  // ---- http

  private void http() throws Exception {
    ObjectStore reading = own(readEndpoint, PayloadSigning.NEVER);
    ObjectStore sdkReading = sdk(readEndpoint, null);
    S3Work.large("")
        .add("bare", work.bareLarge(readEndpoint))
        .add(OURS, work.large(reading::read))
        .add("sdk", work.large(sdkReading::read))
        .print(OURS, rounds);
    S3Work.small()
        .add("bare", work.bareSmall(readEndpoint))
        .add(OURS, work.small(reading::read))
        .add("sdk", work.small(sdkReading::read))
        .print(OURS, rounds);
    ObjectStore writing = own(writeEndpoint, PayloadSigning.NEVER);
    // Over http the SDK hashes every payload, whatever it is told.
    ObjectStore sdkWriting = sdk(writeEndpoint, null);
    S3Work.puts("unsigned")
        .add("bare", work.barePuts(writeEndpoint, false))
        .add(OURS, work.puts(writing))
        .add("sdk", work.puts(sdkWriting))
        .print(OURS, writeRounds());
    S3Work.puts("signed: SHA-256 of the payload on all sides")
        .add("bare", work.barePuts(writeEndpoint, true))
        .add(OURS, work.puts(own(writeEndpoint, PayloadSigning.ALWAYS)))
        .add("sdk", work.puts(sdkWriting))
        .print(OURS, writeRounds());
    S3Work.uploads("unsigned")
        .add("bare", work.bareUploads(writeEndpoint, false))
        .add("bare, 4 at once", work.bareUploads(writeEndpoint, true))
        .add(OURS, work.uploads(writing))
        .add("sdk", work.uploads(sdkWriting))
        .print(OURS, writeRounds());
  }

  private ObjectStore own(URI endpoint, PayloadSigning signing) {
    return S3Stores.open(work.config(endpoint).payloadSigning(signing).build());
  }

  private ObjectStore sdk(URI endpoint, @Nullable String caBundle) {
    return S3Stores.open(work.config(endpoint).transport(Transport.SDK).caBundle(caBundle).build());
  }

  // ---- TLS

  private void tls(String caBundle) throws Exception {
    var reads =
        S3Work.large(" over TLS")
            .add(
                OURS,
                work.large(
                    S3Stores.open(work.config(readEndpoint).caBundle(caBundle).build())::read))
            .add("sdk", work.large(sdk(readEndpoint, caBundle)::read));
    Optional<SdkAsyncReader> crt = SdkAsyncReader.open(readEndpoint, keys, 8);
    if (crt.isPresent()) {
      reads.add("sdk crt", work.large(crt.get()::read));
    } else {
      System.out.println("(no AWS CRT on the class path)");
    }
    reads.print(OURS, rounds);
    S3Work.puts("over TLS, as by default")
        .add(OURS, work.puts(S3Stores.open(work.config(writeEndpoint).caBundle(caBundle).build())))
        .add("sdk", work.puts(sdk(writeEndpoint, caBundle)))
        .print(OURS, writeRounds());
  }

  // ---- other libraries

  private void peers(List<String> commands) throws Exception {
    for (URI endpoint : List.of(readEndpoint, writeEndpoint)) {
      ObjectStore store = own(endpoint, PayloadSigning.AUTO);
      var large = S3Work.large(" from " + endpoint).add(OURS, work.large(store::read));
      var small = S3Work.small().add(OURS, work.small(store::read));
      for (String command : commands) {
        List<String> words = List.of(command.split(","));
        Peer peer = new Peer(words.subList(1, words.size()), environment(endpoint));
        large.addElsewhere(words.get(0), () -> peer.run("large"));
        small.addElsewhere(words.get(0), () -> peer.run("small"));
      }
      large.print(OURS, rounds);
      small.print(OURS, rounds);
    }
  }

  private Map<String, String> environment(URI endpoint) {
    return Map.of(
        "AWS_ENDPOINT_URL", endpoint.toString(),
        "AWS_REGION", "us-east-1",
        "AWS_ACCESS_KEY_ID", keys.accessKeyId(),
        "AWS_SECRET_ACCESS_KEY", keys.secretAccessKey(),
        "BUCKET", bucket);
  }
}
