package io.s3dlio.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.bench.BareHttp;
import io.s3dlio.storage.bench.CloudWork;
import io.s3dlio.storage.bench.Threads;
import io.s3dlio.testing.Rounds.Work;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;

/** What the benchmarks of S3 do, and what a bare loop does of its multipart uploads. */
final class S3Work extends CloudWork {
  private final String bucket;
  private final S3Credentials keys;

  S3Work(String bucket, S3Credentials keys) {
    super(
        new Location("s3", bucket, ""),
        key -> "/" + bucket + "/" + key,
        "PUT",
        key -> "/" + bucket + "/" + key,
        endpoint -> new BareHttp(endpoint, keys.accessKeyId(), keys.secretAccessKey(), true));
    this.bucket = bucket;
    this.keys = keys;
  }

  S3Config.Builder config(URI endpoint) {
    return S3Config.builder().endpoint(endpoint).region("us-east-1").credentials(keys);
  }

  /**
   * @param atOnce whether the parts of an upload are sent all at once, as stores do, each over a
   *     connection of its own, and not one after the other
   */
  Work bareUploads(URI endpoint, boolean atOnce) {
    Threads writers = new Threads(WRITERS);
    Threads senders = new Threads(WRITERS * PARTS);
    return () -> {
      // A server closes those that are idle while others have their turns.
      ThreadLocal<BareHttp> connections = new ThreadLocal<>();
      writers.run(
          UPLOADS,
          n -> {
            BareHttp http = connection(connections, endpoint);
            String path = "/" + bucket + "/put/u" + n;
            String begun = http.send("POST", path, "uploads=", ByteBuffer.allocate(0), false);
            String id =
                begun.substring(begun.indexOf("<UploadId>") + 10, begun.indexOf("</UploadId>"));
            String[] etags = new String[PARTS];
            if (atOnce) {
              senders.run(
                  PARTS, i -> etags[i] = barePart(connection(connections, endpoint), path, id, i));
            } else {
              for (int i = 0; i < PARTS; i++) {
                etags[i] = barePart(http, path, id, i);
              }
            }
            http.send("POST", path, "uploadId=" + id, bareParts(etags), false);
          });
    };
  }

  private String barePart(BareHttp http, String path, String id, int part) throws IOException {
    String query = "partNumber=" + (part + 1) + "&uploadId=" + id;
    return http.send("PUT", path, query, content.slice(part * PUT, PUT), false);
  }

  private static ByteBuffer bareParts(String[] etags) {
    StringBuilder parts = new StringBuilder("<CompleteMultipartUpload>");
    for (int i = 0; i < etags.length; i++) {
      parts.append("<Part><PartNumber>").append(i + 1).append("</PartNumber><ETag>");
      parts.append(etags[i]).append("</ETag></Part>");
    }
    return ByteBuffer.wrap(parts.append("</CompleteMultipartUpload>").toString().getBytes(UTF_8));
  }
}
