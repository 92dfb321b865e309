package io.s3dlio.storage.manifest;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.stream.StoreInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list of objects that somebody wrote: CSV of {@code path,length,etag,modificationTime}, of
 * which only the path is needed. A first line of these names says which columns there are. Not
 * thread-safe.
 */
public final class ObjectNames implements Closeable {
  private static final List<String> COLUMNS = List.of("path", "length", "etag", "modificationtime");

  private final Location location;
  private final CsvParser csv;
  private List<String> columns = COLUMNS;
  private long line;

  /**
   * An object as a list names it.
   *
   * @param line where, from 1
   * @param path as it is written
   * @param length in bytes, if the list tells it
   * @param etag of the version that is meant; empty if the list does not tell it
   * @param lastModified when it was last written, if the list tells it
   */
  public record Name(
      long line, String path, OptionalLong length, String etag, Optional<Instant> lastModified) {}

  private ObjectNames(Location location, CsvParser csv) {
    this.location = location;
    this.csv = csv;
  }

  /** Opens a list. One whose name ends with {@code .gz} is compressed. */
  public static ObjectNames open(ObjectStore store, ObjectInfo list) throws IOException {
    StoreInputStream content = new StoreInputStream(store, list);
    boolean opened = false;
    try {
      boolean zipped = list.location().name().endsWith(".gz");
      InputStream text = zipped ? new GZIPInputStream(content) : content;
      ObjectNames names = new ObjectNames(list.location(), ShardFormat.CSV.createParser(text));
      opened = true;
      return names;
    } catch (IOException e) {
      throw ManifestFailures.typed(list.location(), "line 1", e);
    } finally {
      if (!opened) {
        content.close();
      }
    }
  }

  /**
   * Returns the next object; nothing after the last.
   *
   * @throws io.s3dlio.storage.CorruptException if a line is malformed
   */
  public Optional<Name> next() throws IOException {
    try {
      for (List<String> fields = readLine(); fields != null; fields = readLine()) {
        boolean head = line == 1 && fields.stream().anyMatch(COLUMNS.get(0)::equalsIgnoreCase);
        if (head) {
          columns = head(fields);
        } else if (!(fields.size() == 1 && fields.get(0).isEmpty())) {
          return Optional.of(name(fields));
        }
      }
      return Optional.empty();
    } catch (IllegalArgumentException | DateTimeException e) {
      throw ManifestFailures.corrupt(
          location, "line %d is malformed: %s".formatted(line, e.getMessage()), e);
    } catch (IOException e) {
      throw ManifestFailures.typed(location, "line " + (line + 1), e);
    }
  }

  private static List<String> head(List<String> fields) {
    List<String> names = fields.stream().map(field -> field.toLowerCase(Locale.ROOT)).toList();
    if (!COLUMNS.containsAll(names) || new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException(
          "its columns are %s (known, each once: path, length, etag, modificationTime)"
              .formatted(String.join(", ", fields)));
    }
    return names;
  }

  private Name name(List<String> fields) {
    if (fields.size() > columns.size()) {
      throw new IllegalArgumentException(
          "it has more than the %d columns".formatted(columns.size()));
    }
    String path = field(fields, 0);
    String length = field(fields, 1);
    String time = field(fields, 3);
    if (path.isEmpty()) {
      throw new IllegalArgumentException("it has no path");
    }
    return new Name(
        line,
        path,
        length.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number(length)),
        field(fields, 2),
        time.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(time)));
  }

  private static long number(String text) {
    long length = Long.parseLong(text);
    if (length < 0) {
      throw new IllegalArgumentException("the length %d is negative".formatted(length));
    }
    return length;
  }

  private String field(List<String> fields, int column) {
    int index = columns.indexOf(COLUMNS.get(column));
    return index < 0 || index >= fields.size() ? "" : fields.get(index);
  }

  /** Returns the next line's fields, one more than there should be at most; null at the end. */
  private @Nullable List<String> readLine() throws IOException {
    if (csv.nextToken() == null) {
      return null;
    }
    List<String> fields = new ArrayList<>(COLUMNS.size());
    while (csv.nextToken() != JsonToken.END_ARRAY && fields.size() <= COLUMNS.size()) {
      fields.add(csv.getText());
    }
    line++;
    if (fields.isEmpty()) {
      fields.add("");
    }
    return fields;
  }

  @Override
  public void close() throws IOException {
    csv.close();
  }
}
