package io.s3dlio.storage.s3;

import static io.s3dlio.storage.s3.S3Fields.add;

import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.Attempts;
import io.s3dlio.storage.cloud.BatchDelete;
import io.s3dlio.storage.cloud.CloudReads;
import io.s3dlio.storage.cloud.CloudRequest;
import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.KeptSum;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.PagedListing;
import io.s3dlio.storage.cloud.PartPlan;
import io.s3dlio.storage.cloud.PartWriter;
import io.s3dlio.storage.cloud.RangeCheck;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.cloud.VerifiedReader;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.cloud.WriteCondition;
import io.s3dlio.storage.cloud.Xml;
import io.s3dlio.storage.s3.S3Config.Verify;
import io.s3dlio.storage.transport.HeadCheck;
import io.s3dlio.storage.transport.HttpHeaders;
import io.s3dlio.storage.transport.HttpResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Amazon S3 and what speaks its protocol, over connections of our own: the bytes of an object move
 * between the socket and the caller's buffer, and nowhere else.
 *
 * <p>A read is tried once here, for the range engine tries again from the byte it reached; every
 * other operation is tried again here.
 */
final class S3Store
    implements ObjectStore,
        CutListings,
        UnfinishedWrites,
        VerifiedReader.Source,
        BatchDelete.Server,
        IfMatchProbe.Server {
  private static final int BAD_REQUEST = 400;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final String CRC32C = "x-amz-checksum-crc32c";

  private final S3Client client;
  private final S3Config config;
  private final S3Fields fields;
  private final ListPages pages;
  private final UploadThreads threads;
  private final PartPlan parts;
  private final IfMatchProbe ifMatch = new IfMatchProbe(this);

  S3Store(S3Client client, S3Config config, UploadThreads threads) {
    this.client = client;
    this.config = config;
    this.fields = new S3Fields(config);
    this.pages = new OwnPages(client, fields);
    this.threads = threads;
    this.parts = config.parts();
  }

  // ---- reading

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    return stat("stat", location);
  }

  private ObjectInfo stat(String operation, Location location) throws IOException {
    return info(location, head(operation, location).headers());
  }

  private HttpResponse head(String operation, Location location) throws IOException {
    S3Names.requireObject(operation, location);
    try {
      return client.retrying(
          CloudRequest.of(operation, location, "HEAD", version(), fields.read()));
    } catch (StorageException e) {
      throw config.versionId() == null ? e : ofVersion(e);
    }
  }

  /** Some servers have another word for a version that is none than for one that is not there. */
  static StorageException ofVersion(StorageException failure) {
    return failure.failure().status() == BAD_REQUEST
        ? new StorageException(failure.failure().withRemedy("Check versionId"), failure)
        : failure;
  }

  /** Returns the query of what reads an object. */
  private String version() {
    return config.versionId() == null ? "" : "versionId=" + UriText.parameter(config.versionId());
  }

  static ObjectInfo info(Location location, HttpHeaders headers) throws StorageException {
    Optional<Instant> time = headers.first("Last-Modified").flatMap(S3Client::time);
    long length = headers.first("Content-Length").map(CloudReads::length).orElse(-1L);
    if (time.isEmpty() || length < 0) {
      throw new StorageException(
          Failure.of("stat", location, "the answer tells no length or no time"));
    }
    return new ObjectInfo(
        location, length, time.get(), Etags.unquoted(headers.first("ETag").orElse("")));
  }

  @Override
  public ObjectReader reader() {
    return config.verifyRead() == VerifyRead.ALL ? new VerifiedReader(this) : this;
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    VerifiedReader.read(this, request, config.verifyRead());
  }

  @Override
  public KeptSum get(ReadRequest request) throws IOException {
    Location location = request.location();
    S3Names.requireObject("read", location);
    ByteBuffer target = request.target();
    if (!target.hasRemaining()) {
      return KeptSum.ofNothing(request, stat("read", location));
    }
    long end = request.offset() + target.remaining();
    RangeCheck check = new RangeCheck(request, CRC32C);
    Attempts attempts = client.attempts();
    send(request, end, check, attempts);
    if (target.hasRemaining()) {
      throw end > check.objectLength()
          ? CloudReads.truncated(request, end, check.objectLength())
          : S3Client.charged(CloudReads.cut(request, target.remaining()), attempts);
    }
    // What an answer says under this name of a range may be the sum of a part.
    boolean whole = request.offset() == 0 && end == check.objectLength();
    return new KeptSum(check.objectLength(), whole ? check.checksum() : "");
  }

  @Override
  public KeptSum ask(ReadRequest request) throws IOException {
    HttpHeaders there = head("read", request.location()).headers();
    ObjectInfo object = info(request.location(), there);
    CloudReads.requireVersion(request, object.etag());
    return new KeptSum(object.length(), there.first(CRC32C).orElse(""));
  }

  /** Goes on to another endpoint if one fails before the first byte; from there on others do. */
  private void send(ReadRequest request, long end, RangeCheck check, Attempts attempts)
      throws IOException {
    CloudRequest get = rangeRequest(request, end);
    int start = request.target().position();
    while (true) {
      try {
        client.once(get, request.target(), check, attempts);
        return;
      } catch (StorageException e) {
        if (e.failure().status() == RANGE_NOT_SATISFIABLE) {
          throw CloudReads.truncated(request, end, stat("read", request.location()).length());
        }
        if (request.target().position() != start || !attempts.failsOver(e)) {
          throw S3Client.charged(e, attempts);
        }
      }
    }
  }

  private CloudRequest rangeRequest(ReadRequest request, long end) {
    List<String> all = fields.read();
    // Servers tell no sum with a range, be it the whole object.
    if (!request.whole() || config.verifyRead() == VerifyRead.NONE) {
      add(all, "Range", "bytes=" + request.offset() + '-' + (end - 1));
    }
    if (!request.etag().isEmpty()) {
      add(all, "If-Match", Etags.quoted(request.etag()));
    }
    return CloudRequest.of("read", request.location(), "GET", version(), all);
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) throws IOException {
    S3Names.requireNewest("list", prefix, config);
    return new PagedListing(pages, prefix, options);
  }

  @Override
  public List<String> cuts(Location directory, String after) throws IOException {
    return PagedListing.cuts(pages, directory, after);
  }

  // ---- writing

  @Override
  public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    S3Names.requireWritable(location, config);
    GoogleInterop.requireUnconditional(client.isGoogle(), location, options);
    if (parts.putsInParts(content, options)) {
      return PartWriter.putInParts(this, location, content, parts, options);
    }
    WriteCondition condition = WriteCondition.of(options);
    if (condition.isOfVersion()) {
      ifMatch.requirePuts(location);
    }
    return putAtOnce(location, content, condition);
  }

  @Override
  public void putAtOnce(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    putAtOnce(location, content, WriteCondition.of(options));
  }

  private ObjectInfo putAtOnce(Location location, ByteBuffer content, WriteCondition condition)
      throws IOException {
    List<String> all = fields.create();
    int sum = fields.addChecksum(all, List.of(content));
    condition.addTo(all);
    CloudRequest put = CloudRequest.of("put", location, "PUT", "", all).withBody(content);
    ObjectInfo written = put(put, content, sum, condition);
    content.position(content.limit());
    return confirmed(written, config.checksum() == UploadChecksum.CRC32C ? Crc32c.base64(sum) : "");
  }

  private ObjectInfo put(CloudRequest put, ByteBuffer content, int sum, WriteCondition condition)
      throws IOException {
    Location location = put.location();
    Attempts attempts = client.attempts();
    while (true) {
      try {
        HttpResponse answer = client.once(put, null, HeadCheck.NONE, attempts);
        return written(location, content.remaining(), answer.headers());
      } catch (StorageException e) {
        if (condition.isRefused(e)) {
          if (attempts.mayHaveWorked()) {
            Optional<ObjectInfo> ours = oursAtLast(location, content, sum);
            if (ours.isPresent()) {
              return ours.get();
            }
          }
          throw condition.refusal(location, e);
        }
        attempts.failed(condition.explained(e));
      }
    }
  }

  /**
   * Looks at what was written, if that is asked for.
   *
   * @param sum the CRC32C of the whole; empty if none was taken
   */
  ObjectInfo confirmed(ObjectInfo written, String sum) throws IOException {
    if (config.verify() == Verify.NONE) {
      return written;
    }
    HttpHeaders there = headWithChecksum(written.location());
    ObjectInfo object = info(written.location(), there);
    KeptSum kept = new KeptSum(object.length(), there.first(CRC32C).orElse(""));
    WrittenCheck.requireEqual(written, sum, object, kept.crc32c());
    return object;
  }

  /** Returns what an attempt has written whose answer was lost; empty if another wrote there. */
  private Optional<ObjectInfo> oursAtLast(Location location, ByteBuffer content, int sum)
      throws IOException {
    HttpHeaders there;
    try {
      there = headWithChecksum(location);
    } catch (NotFoundException e) {
      return Optional.empty();
    }
    ObjectInfo object = info(location, there);
    String checksum = there.first(CRC32C).orElse("");
    boolean same =
        checksum.isEmpty()
            ? object.etag().equals(etagOf(content))
            : checksum.equals(Crc32c.base64(sum == 0 ? Crc32c.of(List.of(content)) : sum));
    return object.length() == content.remaining() && same ? Optional.of(object) : Optional.empty();
  }

  HttpHeaders headWithChecksum(Location location) throws IOException {
    List<String> all = fields.any();
    add(all, "x-amz-checksum-mode", "ENABLED");
    return client.retrying(CloudRequest.of("put", location, "HEAD", "", all)).headers();
  }

  /** An object that was put at once, and is not encrypted by KMS, has its MD5 for an ETag. */
  static String etagOf(ByteBuffer content) {
    byte[] md5 = java.util.Base64.getDecoder().decode(S3Fields.md5(List.of(content)));
    return java.util.HexFormat.of().formatHex(md5);
  }

  /** S3 does not tell the time of what it has written: its answer's is as near. */
  static ObjectInfo written(Location location, long length, HttpHeaders answer) {
    Instant time =
        answer
            .first("Last-Modified")
            .or(() -> answer.first("Date"))
            .flatMap(S3Client::time)
            .orElseGet(Instant::now);
    return new ObjectInfo(location, length, time, Etags.unquoted(answer.first("ETag").orElse("")));
  }

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) throws IOException {
    S3Names.requireWritable(location, config);
    GoogleInterop.requireUnconditional(client.isGoogle(), location, options);
    return new PartWriter(
        this,
        new ConditionalUploads(this, this, ifMatch, location, options),
        parts,
        threads,
        location,
        options);
  }

  @Override
  public boolean isAws() {
    return client.isAws();
  }

  @Override
  public Upload begin(Location location, WriterOptions options) throws IOException {
    WriteCondition condition = WriteCondition.of(options);
    return UploadSums.begin(
        config.checksum(),
        sums -> MultipartUpload.begin(this, client, fields, location, condition, sums));
  }

  /** S3 keeps no id of a writer with an upload. */
  @Override
  public long abortUnfinished(
      Location prefix, String writerId, Instant startedAt, Ownership ownership) throws IOException {
    S3Names.requireS3(prefix);
    return new S3Uploads(new OwnUploads(client, fields)).abort(prefix, startedAt, ownership);
  }

  // ---- deleting

  @Override
  public void delete(Location location) throws IOException {
    S3Names.requireNewest("delete", location, config);
    if (!location.isPrefix()) {
      try {
        client.retrying(CloudRequest.of("delete", location, "DELETE", "", fields.any()));
      } catch (NotFoundException e) {
        // Some servers say so; S3 does not. A missing bucket is another matter.
        if (e.failure().reason().startsWith("NoSuchBucket")) {
          throw e;
        }
      }
    }
  }

  @Override
  public void deleteBatch(Collection<Location> locations) throws IOException {
    for (Location location : locations) {
      S3Names.requireNewest("delete", location, config);
    }
    BatchDelete.run(locations, this);
  }

  @Override
  public int mostAtOnce() {
    return S3Names.MOST_DELETED;
  }

  @Override
  public boolean canName(Location location) {
    return !client.isGoogle() && Xml.canHold(location.key());
  }

  @Override
  public BatchDelete.Told delete(List<Location> some) throws IOException {
    ByteBuffer body = S3Xml.delete(some.stream().map(Location::key).toList());
    List<String> all = fields.any();
    add(all, "Content-Type", "application/xml");
    // All servers know this sum, and some demand it.
    add(all, "Content-MD5", S3Fields.md5(List.of(body)));
    CloudRequest request =
        new CloudRequest("delete", some.get(0), "POST", "", "delete=", all, List.of(body));
    return client.retrying(request, response -> S3Xml.deleted(response.body())).told(some.get(0));
  }

  /** Keeps its connections: the next store of this configuration uses them ({@link S3Stores}). */
  @Override
  public void close() {}
}
