package io.s3dlio.storage.cloud;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ReadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the objects that it reads whole with the CRC32Cs that the server keeps: each range's sum
 * is taken as it arrives, those of neighbours are combined, and once they are one the server's is
 * looked at. It is in the answer if that held the object whole, else a HEAD asks for it.
 *
 * <p>Holds a few numbers for each object of which a part was read.
 */
public final class VerifiedReader implements ObjectReader {
  private static final Logger LOG = LoggerFactory.getLogger(VerifiedReader.class);

  private final Source source;
  private final Map<Version, Arrived> incomplete = new HashMap<>();
  private long verified;
  private long withoutSum;

  /** A store that knows sums. */
  public interface Source {
    /** Reads as the store does, and returns what the answer tells of the object. */
    KeptSum get(ReadRequest request) throws IOException;

    /** Asks what the server keeps of the version that a request names. */
    KeptSum ask(ReadRequest request) throws IOException;
  }

  private record Version(Location location, String etag) {}

  public VerifiedReader(Source source) {
    this.source = source;
  }

  /** Reads, and compares what came at once with the sum that the server keeps of it. */
  public static void read(Source source, ReadRequest request, VerifyRead verify)
      throws IOException {
    ByteBuffer target = request.target();
    int start = target.position();
    KeptSum kept = source.get(request);
    if (kept.isKnown() && verify != VerifyRead.NONE) {
      ByteBuffer content = target.slice(start, target.position() - start);
      kept.requireEqual(request.location(), Crc32c.of(List.of(content)));
    }
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    ByteBuffer target = request.target();
    int start = target.position();
    KeptSum told;
    try {
      told = source.get(request);
    } catch (IOException e) {
      add(request, start);
      throw e;
    }
    add(request, start);
    Version version = new Version(request.location(), request.etag());
    OptionalInt sum = sum(version, told.length());
    if (sum.isPresent()) {
      KeptSum kept = told.isKnown() ? told : source.ask(request);
      if (kept.isKnown()) {
        kept.requireEqual(request.location(), sum.getAsInt());
      }
      end(version, kept.isKnown());
    }
  }

  private void add(ReadRequest request, int start) {
    ByteBuffer target = request.target();
    int length = target.position() - start;
    if (length > 0) {
      int sum = Crc32c.of(List.of(target.slice(start, length)));
      Version version = new Version(request.location(), request.etag());
      synchronized (this) {
        incomplete
            .computeIfAbsent(version, none -> new Arrived())
            .add(new Piece(request.offset(), length, sum));
      }
    }
  }

  /** Returns the sum of a version if all of it has arrived. */
  private synchronized OptionalInt sum(Version version, long length) {
    if (length == 0) {
      return OptionalInt.of(0);
    }
    Arrived arrived = incomplete.get(version);
    return arrived == null ? OptionalInt.empty() : arrived.sum(length);
  }

  private void end(Version version, boolean compared) {
    boolean first;
    synchronized (this) {
      incomplete.remove(version);
      verified += compared ? 1 : 0;
      withoutSum += compared ? 0 : 1;
      first = !compared && withoutSum == 1;
    }
    if (first) {
      LOG.warn(
          "{} is not verified: the server keeps no CRC32C of its whole. Others like it are counted",
          version.location());
    }
  }

  @Override
  public synchronized Checks checks() {
    return new Checks(verified, withoutSum + incomplete.size());
  }

  /** Bytes that lie side by side, and their sum. */
  private record Piece(long offset, long length, int sum) {
    long end() {
      return offset + length;
    }

    Piece then(Piece next) {
      return new Piece(offset, length + next.length, Crc32c.combine(sum, next.sum, next.length));
    }
  }

  /** What has arrived of an object, by offset: neighbours are one. */
  private static final class Arrived {
    private final TreeMap<Long, Piece> pieces = new TreeMap<>();

    void add(Piece piece) {
      Piece whole = piece;
      Map.Entry<Long, Piece> before = pieces.lowerEntry(piece.offset());
      if (before != null && before.getValue().end() == piece.offset()) {
        pieces.remove(before.getKey());
        whole = before.getValue().then(piece);
      }
      Piece after = pieces.remove(whole.end());
      pieces.put(whole.offset(), after == null ? whole : whole.then(after));
    }

    OptionalInt sum(long length) {
      Piece first = pieces.get(0L);
      return first != null && first.length() == length
          ? OptionalInt.of(first.sum())
          : OptionalInt.empty();
    }
  }
}
