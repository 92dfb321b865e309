package io.s3dlio.storage.s3;

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
import io.s3dlio.storage.UnavailableException;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.BatchDelete;
import io.s3dlio.storage.cloud.CloudFailures;
import io.s3dlio.storage.cloud.CloudReads;
import io.s3dlio.storage.cloud.Crc32c;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.KeptSum;
import io.s3dlio.storage.cloud.ListPages;
import io.s3dlio.storage.cloud.PagedListing;
import io.s3dlio.storage.cloud.PartPlan;
import io.s3dlio.storage.cloud.PartWriter;
import io.s3dlio.storage.cloud.Upload;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.cloud.UploadThreads;
import io.s3dlio.storage.cloud.VerifiedReader;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.cloud.WriteCondition;
import io.s3dlio.storage.cloud.Xml;
import io.s3dlio.storage.s3.S3Config.Verify;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * S3 through the AWS SDK alone: every feature of the SDK, at its cost. Retries are the SDK's, but
 * for a body that ends early, which is told as retryable.
 */
final class SdkS3Store
    implements ObjectStore,
        CutListings,
        UnfinishedWrites,
        VerifiedReader.Source,
        BatchDelete.Server,
        IfMatchProbe.Server {
  private static final int COPY_BYTES = 64 << 10;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18})");

  private final S3Client client;
  private final S3Config config;
  private final UploadThreads threads;
  private final PartPlan parts;
  private final ListPages pages;
  private final IfMatchProbe ifMatch = new IfMatchProbe(this);

  /**
   * @param client stays the caller's
   */
  SdkS3Store(S3Client client, S3Config config, UploadThreads threads) {
    this.client = client;
    this.config = config;
    this.threads = threads;
    this.parts = config.parts();
    this.pages = new SdkPages(client);
  }

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    return stat("stat", location);
  }

  private ObjectInfo stat(String operation, Location location) throws IOException {
    return info(location, head(operation, location, config.versionId()));
  }

  private HeadObjectResponse head(String operation, Location location, @Nullable String version)
      throws IOException {
    S3Names.requireObject(operation, location);
    try {
      return client.headObject(
          head -> head.bucket(location.container()).key(location.key()).versionId(version));
    } catch (SdkException e) {
      IOException failure = SdkErrors.of(operation, location, e);
      throw version != null && failure instanceof StorageException storage
          ? S3Store.ofVersion(storage)
          : failure;
    }
  }

  private static ObjectInfo info(Location location, HeadObjectResponse answer) {
    return new ObjectInfo(
        location, answer.contentLength(), answer.lastModified(), Etags.unquoted(answer.eTag()));
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
  public KeptSum ask(ReadRequest request) throws IOException {
    HeadObjectResponse answer = head("read", request.location(), config.versionId());
    ObjectInfo object = info(request.location(), answer);
    CloudReads.requireVersion(request, object.etag());
    return new KeptSum(object.length(), Etags.unquoted(answer.checksumCRC32C()));
  }

  @Override
  public KeptSum get(ReadRequest request) throws IOException {
    Location location = request.location();
    S3Names.requireObject("read", location);
    if (!request.target().hasRemaining()) {
      return KeptSum.ofNothing(request, stat("read", location));
    }
    long end = request.offset() + request.target().remaining();
    GetObjectRequest.Builder get =
        GetObjectRequest.builder()
            .bucket(location.container())
            .key(location.key())
            .versionId(config.versionId());
    // Servers tell no sum with a range, be it the whole object.
    if (!request.whole() || config.verifyRead() == VerifyRead.NONE) {
      get.range("bytes=%d-%d".formatted(request.offset(), end - 1));
    }
    if (!request.etag().isEmpty()) {
      get.ifMatch(Etags.quoted(request.etag()));
    }
    try (ResponseInputStream<GetObjectResponse> body = client.getObject(get.build())) {
      boolean drained = false;
      try {
        long total = receive(request, end, body);
        boolean whole = request.offset() == 0 && end == total;
        drained = whole || body.response().contentRange() != null;
        String sum = Etags.unquoted(body.response().checksumCRC32C());
        return new KeptSum(total, whole ? sum : "");
      } finally {
        if (!drained) {
          body.abort();
        }
      }
    } catch (SdkException e) {
      if (e instanceof S3Exception answer && answer.statusCode() == RANGE_NOT_SATISFIABLE) {
        throw CloudReads.truncated(request, end, stat("read", location).length());
      }
      throw SdkErrors.of("read", location, e);
    }
  }

  private static long receive(
      ReadRequest request, long end, ResponseInputStream<GetObjectResponse> body)
      throws IOException {
    GetObjectResponse answer = body.response();
    CloudReads.requireVersion(request, Etags.unquoted(answer.eTag()));
    long total = totalLength(request, answer);
    ByteBuffer target = request.target();
    byte[] copy = new byte[Math.min(COPY_BYTES, target.remaining())];
    while (target.hasRemaining()) {
      int count;
      try {
        count = body.read(copy, 0, Math.min(copy.length, target.remaining()));
      } catch (IOException | SdkException e) {
        throw endedEarly(request, end, e);
      }
      if (count < 0) {
        throw end > total
            ? CloudReads.truncated(request, end, total)
            : endedEarly(request, end, null);
      }
      target.put(copy, 0, count);
    }
    return total;
  }

  /** Returns the object's length, once it is sure that the body begins where it should. */
  private static long totalLength(ReadRequest request, GetObjectResponse answer)
      throws StorageException {
    String range = answer.contentRange();
    if (range == null && request.offset() == 0) {
      return answer.contentLength();
    }
    Matcher match = CONTENT_RANGE.matcher(range == null ? "" : range);
    if (!match.matches() || Long.parseLong(match.group(1)) != request.offset()) {
      throw new StorageException(
          Failure.of(
              "read",
              request.location(),
              "asked for bytes from %d, the server answered with '%s'"
                  .formatted(
                      request.offset(),
                      range == null ? "the whole object" : CloudFailures.told(range))));
    }
    return Long.parseLong(match.group(2));
  }

  private static StorageException endedEarly(
      ReadRequest request, long end, @Nullable Exception cause) {
    return new UnavailableException(
        Failure.of(
            "read",
            request.location(),
            "the answer ended %d bytes before byte %d"
                .formatted(request.target().remaining(), end)),
        cause);
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

  @Override
  public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    S3Names.requireWritable(location, config);
    GoogleInterop.requireUnconditional(isGoogle(), location, options);
    if (parts.putsInParts(content, options)) {
      return PartWriter.putInParts(this, location, content, parts, options);
    }
    WriteCondition condition = WriteCondition.of(options);
    if (condition.isOfVersion()) {
      ifMatch.requirePuts(location);
      // A server that refuses may do so before it has the whole body: the SDK knows no answer then.
      condition.requireHolds(this, location);
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
    boolean summed = config.checksum() == UploadChecksum.CRC32C;
    String sum = summed ? Crc32c.base64(Crc32c.of(List.of(content))) : "";
    PutObjectRequest.Builder put =
        PutObjectRequest.builder().bucket(location.container()).key(location.key());
    if (summed) {
      put.checksumCRC32C(sum);
    }
    put.ifNoneMatch(condition.isFree() ? "*" : null);
    put.ifMatch(condition.isOfVersion() ? Etags.quoted(condition.etag()) : null);
    try {
      PutObjectResponse answer =
          client.putObject(put.build(), RequestBody.fromRemainingByteBuffer(content.duplicate()));
      ObjectInfo written = written(location, content.remaining(), answer.eTag(), sum);
      content.position(content.limit());
      return written;
    } catch (SdkException e) {
      String etag = summed ? "" : S3Store.etagOf(content);
      Optional<ObjectInfo> ours = oursAtLast(e, location, content.remaining(), sum, etag);
      if (ours.isPresent()) {
        content.position(content.limit());
        return ours.get();
      }
      throw SdkErrors.ofWrite(location, e, condition);
    }
  }

  /**
   * Returns what an attempt of the SDK's has written whose answer was lost, so that the next one
   * found an object, or no upload any more; empty if another wrote there.
   *
   * @param sum the CRC32C of the whole; empty if the object is known by its ETag
   */
  Optional<ObjectInfo> oursAtLast(
      SdkException failure, Location location, long length, String sum, String etag)
      throws IOException {
    boolean gone =
        failure instanceof NoSuchUploadException
            || (failure instanceof S3Exception answer
                && answer.statusCode() == PRECONDITION_FAILED);
    boolean again = failure.numAttempts() != null && failure.numAttempts() > 1;
    if (!gone || !again) {
      return Optional.empty();
    }
    try {
      HeadObjectResponse answer = headWithSum(location);
      ObjectInfo there = info(location, answer);
      boolean same =
          sum.isEmpty()
              ? !etag.isEmpty() && etag.equals(there.etag())
              : sum.equals(answer.checksumCRC32C());
      return there.length() == length && same ? Optional.of(there) : Optional.empty();
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  private HeadObjectResponse headWithSum(Location location) throws IOException {
    try {
      return client.headObject(
          head ->
              head.bucket(location.container())
                  .key(location.key())
                  .checksumMode(ChecksumMode.ENABLED));
    } catch (SdkException e) {
      throw SdkErrors.of("put", location, e);
    }
  }

  /**
   * Returns what is there of an object that was written, and compares it if that is asked for.
   *
   * @param etag as the answer to the write told it
   * @param sum the CRC32C of the whole; empty if none was taken
   */
  ObjectInfo written(Location location, long length, @Nullable String etag, String sum)
      throws IOException {
    HeadObjectResponse answer = head("put", location, null);
    ObjectInfo there = info(location, answer);
    if (config.verify() == Verify.HEAD) {
      ObjectInfo sent =
          new ObjectInfo(location, length, there.lastModified(), Etags.unquoted(etag));
      KeptSum kept = new KeptSum(there.length(), Etags.unquoted(answer.checksumCRC32C()));
      WrittenCheck.requireEqual(sent, sum, there, kept.crc32c());
    }
    return there;
  }

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) throws IOException {
    S3Names.requireWritable(location, config);
    GoogleInterop.requireUnconditional(isGoogle(), location, options);
    return new PartWriter(
        this,
        new ConditionalUploads(this, this, ifMatch, location, options),
        parts,
        threads,
        location,
        options);
  }

  private boolean isGoogle() {
    return client
        .serviceClientConfiguration()
        .endpointOverride()
        .filter(endpoint -> endpoint.getHost() != null)
        .filter(endpoint -> GoogleInterop.isHost(endpoint.getHost()))
        .isPresent();
  }

  @Override
  public boolean isAws() {
    return client.serviceClientConfiguration().endpointOverride().isEmpty();
  }

  @Override
  public Upload begin(Location location, WriterOptions options) throws IOException {
    WriteCondition condition = WriteCondition.of(options);
    return UploadSums.begin(
        config.checksum(), sums -> SdkUpload.begin(this, client, location, condition, sums));
  }

  /** S3 keeps no id of a writer with an upload. */
  @Override
  public long abortUnfinished(
      Location prefix, String writerId, Instant startedAt, Ownership ownership) throws IOException {
    S3Names.requireS3(prefix);
    return new S3Uploads(new SdkUploads(client)).abort(prefix, startedAt, ownership);
  }

  @Override
  public void delete(Location location) throws IOException {
    S3Names.requireNewest("delete", location, config);
    if (location.isPrefix()) {
      return;
    }
    try {
      client.deleteObject(delete -> delete.bucket(location.container()).key(location.key()));
    } catch (SdkException e) {
      throw SdkErrors.of("delete", location, e);
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
    return !isGoogle() && Xml.canHold(location.key());
  }

  @Override
  public BatchDelete.Told delete(List<Location> some) throws IOException {
    Location first = some.get(0);
    List<ObjectIdentifier> keys =
        some.stream().map(each -> ObjectIdentifier.builder().key(each.key()).build()).toList();
    try {
      DeleteObjectsResponse answer =
          client.deleteObjects(
              delete ->
                  delete
                      .bucket(first.container())
                      .delete(Delete.builder().objects(keys).quiet(false).build()));
      return new S3Xml.Deleted(
              answer.deleted().stream().map(deleted -> text(deleted.key())).toList(),
              answer.errors().stream()
                  .map(
                      e -> new S3Xml.FailedDelete(text(e.key()), text(e.code()), text(e.message())))
                  .toList())
          .told(first);
    } catch (SdkException e) {
      throw SdkErrors.of("delete", first, e);
    }
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** Keeps its client: it is the JVM's. */
  @Override
  public void close() {}
}
