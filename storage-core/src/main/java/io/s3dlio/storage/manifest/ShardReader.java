package io.s3dlio.storage.manifest;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.stream.StoreInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Entries of a shard as they are asked for, held against what the head says. */
final class ShardReader implements Manifests.Entries {
  private static final int CRC_DIGITS = 8;

  private final Location location;

  /** What a head says of it; null for a shard that no head has. */
  private final Manifest.@Nullable Shard shard;

  private final CsvParser csv;
  private long line;
  private long bytes;
  private @Nullable ManifestEntry next;
  private @Nullable IOException failure;

  private ShardReader(Location location, Manifest.@Nullable Shard shard, CsvParser csv) {
    this.location = location;
    this.shard = shard;
    this.csv = csv;
  }

  /** Opens the object that is this shard, and reads the header line. */
  static ShardReader open(ObjectStore store, ObjectInfo object, Manifest.@Nullable Shard shard)
      throws IOException {
    Location location = object.location();
    StoreInputStream content = new StoreInputStream(store, object);
    boolean opened = false;
    try {
      CsvParser csv = ShardFormat.CSV.createParser(new GZIPInputStream(content));
      ShardReader reader = new ShardReader(location, shard, csv);
      if (!reader.readLine().equals(ShardFormat.COLUMNS)) {
        throw ManifestFailures.corrupt(
            location, "line 1 is not " + String.join(",", ShardFormat.COLUMNS), null);
      }
      opened = true;
      return reader;
    } catch (IOException e) {
      throw ManifestFailures.typed(location, "line 1", e);
    } finally {
      if (!opened) {
        content.close();
      }
    }
  }

  @Override
  public boolean hasNext() {
    if (failure != null) {
      throw new UncheckedIOException(failure);
    }
    if (next == null) {
      try {
        next = advance();
      } catch (IOException e) {
        failure = ManifestFailures.typed(location, "line " + (line + 1), e);
        throw new UncheckedIOException(failure);
      }
    }
    return next != null;
  }

  @Override
  public ManifestEntry next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("the shard has no more entries");
    }
    ManifestEntry entry = next;
    next = null;
    return entry;
  }

  private @Nullable ManifestEntry advance() throws IOException {
    List<String> fields = readLine();
    if (fields.isEmpty()) {
      requireAll();
      return null;
    }
    if (shard != null && line - 1 > shard.count()) {
      throw ManifestFailures.corrupt(
          location, "it names more objects than the %d of its head".formatted(shard.count()), null);
    }
    ManifestEntry entry = entry(fields);
    if (shard != null && entry.size() > shard.bytes() - bytes) {
      throw ManifestFailures.corrupt(
          location, "it names more bytes than the %d of its head".formatted(shard.bytes()), null);
    }
    bytes += entry.size();
    return entry;
  }

  private void requireAll() throws IOException {
    long count = line - 1;
    if (shard != null && (count != shard.count() || bytes != shard.bytes())) {
      throw ManifestFailures.corrupt(
          location,
          "it names %d objects of %d bytes, its head says %d of %d"
              .formatted(count, bytes, shard.count(), shard.bytes()),
          null);
    }
  }

  private ManifestEntry entry(List<String> fields) throws IOException {
    try {
      if (fields.size() != ShardFormat.COLUMNS.size()) {
        throw new IllegalArgumentException(
            "it has not the %d columns of the header".formatted(ShardFormat.COLUMNS.size()));
      }
      String crc32c = fields.get(2);
      if (crc32c.length() != CRC_DIGITS) {
        throw new IllegalArgumentException("'%s' is no CRC-32C".formatted(crc32c));
      }
      long size = Long.parseLong(fields.get(1));
      return new ManifestEntry(
          fields.get(0),
          size,
          HexFormat.fromHexDigits(crc32c),
          Long.parseLong(fields.get(3)),
          fields.get(4),
          fields.get(5).isEmpty() ? size : Long.parseLong(fields.get(5)));
    } catch (IllegalArgumentException e) {
      throw ManifestFailures.corrupt(
          location, "line %d is malformed: %s".formatted(line, e.getMessage()), e);
    }
  }

  /** Returns the next line's fields, one more than there should be at most; empty at the end. */
  private List<String> readLine() throws IOException {
    if (csv.nextToken() == null) {
      return List.of();
    }
    List<String> fields = new ArrayList<>(ShardFormat.COLUMNS.size());
    while (csv.nextToken() != JsonToken.END_ARRAY && fields.size() <= ShardFormat.COLUMNS.size()) {
      fields.add(csv.getText());
    }
    line++;
    return fields;
  }

  @Override
  public void close() throws IOException {
    csv.close();
  }
}
