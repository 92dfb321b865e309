package io.s3dlio.storage.gcs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.bench.BareHttp;
import io.s3dlio.storage.bench.CloudWork;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.testing.Peer;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CPU of a client of Google's, per byte and per request: our store, Google's own client in a
 * process of its own, and a bare loop, taking turns.
 *
 * <pre>
 * GcsBenchmark READ_ENDPOINT WRITE_ENDPOINT BUCKET ROUNDS CA_BUNDLE COMMAND ARGUMENT...
 * </pre>
 *
 * The bundle is empty for http. The command starts {@code .ci/GcsPeer.java}. The first endpoint
 * need not know more than names; the second is a server that has the bucket. What they hold: {@link
 * CloudWork}.
 */
public final class GcsBenchmark extends CloudWork {
  private static final String OURS = "s3dlio";

  private final URI reads;
  private final URI writes;
  private final int rounds;
  private final @Nullable String caBundle;

  private GcsBenchmark(String[] args) {
    super(
        new Location("gs", args[2], ""),
        key -> "/storage/v1/b/" + args[2] + "/o/" + UriText.parameter(key) + "?alt=media",
        "POST",
        key ->
            "/upload/storage/v1/b/"
                + args[2]
                + "/o?uploadType=media&name="
                + UriText.parameter(key),
        server -> new BareHttp(server, "id", "secret", false));
    this.reads = URI.create(args[0]);
    this.writes = URI.create(args[1]);
    this.rounds = Integer.parseInt(args[3]);
    this.caBundle = args[4].isEmpty() ? null : args[4];
  }

  public static void main(String[] args) throws Exception {
    try (Peer google = new Peer(Arrays.asList(args).subList(5, args.length), Map.of())) {
      new GcsBenchmark(args).run(google);
    }
    System.exit(0);
  }

  private void run(Peer google) throws Exception {
    String how = caBundle == null ? "" : " over TLS";
    ObjectStore reading = own(reads, UploadChecksum.NONE);
    var large = large(how);
    var small = small();
    var puts = puts("without a sum" + how);
    if (caBundle == null) {
      large.add("bare", bareLarge(reads));
      small.add("bare", bareSmall(reads));
      puts.add("bare", barePuts(writes, false));
    }
    large
        .add(OURS, large(reading::read))
        .addElsewhere("google's", () -> google.run("large"))
        .print(OURS, rounds);
    small
        .add(OURS, small(reading::read))
        .addElsewhere("google's", () -> google.run("small"))
        .print(OURS, rounds);
    int fewer = Math.max(1, rounds / 3);
    ObjectStore writing = own(writes, UploadChecksum.NONE);
    puts.add(OURS, puts(writing))
        .addElsewhere("google's", () -> google.run("puts"))
        .print(OURS, fewer);
    uploads("without a sum" + how)
        .add(OURS, uploads(writing))
        .addElsewhere("google's", () -> google.run("uploads"))
        .print(OURS, fewer);
    puts("by sum" + how)
        .add("none", puts(writing))
        .add("crc32c", puts(own(writes, UploadChecksum.CRC32C)))
        .add("md5", puts(own(writes, UploadChecksum.MD5)))
        .print("none", fewer);
  }

  private ObjectStore own(URI endpoint, UploadChecksum checksum) {
    return GcsStores.open(
        GcsConfig.DEFAULT
            .withEndpoint(endpoint)
            .withCredentials(new GcsCredentials.Anonymous())
            .withChecksum(checksum)
            .withClient(ClientConfig.DEFAULT.withCaBundle(caBundle)));
  }
}
