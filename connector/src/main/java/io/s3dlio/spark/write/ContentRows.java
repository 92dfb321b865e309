package io.s3dlio.spark.write;

import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.PayloadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.ResolvedOptions.Origin;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Rows that hold objects' bytes.
 *
 * @param name the object's key below the prefix, or its whole location if that is below the prefix
 * @param prefix what the objects go below
 */
record ContentRows(Column name, Column content, Location prefix) implements RowShape {
  static final String CONTENT = "content";
  private static final String NAME = "name";
  private static final String PATH = "path";

  private static final List<OptionKey<?>> SYNTHETIC_ONLY =
      List.of(
          WriteOptions.OBJECT_TYPE,
          WriteOptions.RECORDS_PER_OBJECT,
          PayloadOptions.DEDUPE,
          PayloadOptions.COMPRESS,
          PayloadOptions.DTYPE,
          PayloadOptions.SHAPE,
          WriteOptions.OBJECT_SIZE,
          WriteOptions.OBJECT_NAME,
          WriteOptions.OBJECT_COUNT,
          WriteOptions.SEED);

  private static final Pattern ABSOLUTE = Pattern.compile("/.*|[A-Za-z][A-Za-z0-9+.-]*:/.*");

  static ContentRows of(RowShape.Columns columns, Location prefix, ResolvedOptions options) {
    columns.requireOnly(Set.of(NAME, PATH, CONTENT));
    if (columns.has(NAME) == columns.has(PATH)) {
      throw RowShape.Columns.refused(
          columns.has(NAME)
              ? "both 'name' and 'path' name the object"
              : "neither 'name' nor 'path' names the object");
    }
    Column name = columns.has(NAME) ? columns.string(NAME) : columns.string(PATH);
    Column content = columns.binary(CONTENT);
    if (name == null || content == null) {
      throw RowShape.Columns.refused("there is no column 'content'");
    }
    for (OptionKey<?> option : SYNTHETIC_ONLY) {
      if (options.origin(option) == Origin.OPTION) {
        throw new IllegalArgumentException(
            "Invalid option: '%s' (it means nothing here; the rows hold their content)"
                .formatted(option.name()));
      }
    }
    return new ContentRows(name, content, prefix);
  }

  /** Names are in the rows alone. */
  @Override
  public boolean mayName(String name) {
    return false;
  }

  @Override
  public String describe() {
    return "content";
  }

  /**
   * Returns the object's key below the prefix.
   *
   * @throws IllegalArgumentException if the row gives none that is safe
   */
  String name(InternalRow row) {
    if (name.isNull(row)) {
      throw new IllegalArgumentException(
          "Cannot write a row: its %s is null. It names the object".formatted(name.name()));
    }
    String text = name.text(row);
    try {
      return NameTemplate.requireSafe(isAbsolutePath(text) ? below(text) : text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Cannot write the row with %s '%s': %s".formatted(name.name(), text, e.getMessage()), e);
    }
  }

  private boolean isAbsolutePath(String text) {
    return name.name().equalsIgnoreCase(PATH) && ABSOLUTE.matcher(text).matches();
  }

  private String below(String text) {
    Location location = Location.parse(text);
    boolean sameStore =
        (location.isLocal() && prefix.isLocal()) || location.scheme().equals(prefix.scheme());
    if (!sameStore
        || !location.container().equals(prefix.container())
        || !location.key().startsWith(prefix.key())) {
      throw new IllegalArgumentException(
          "it is not below %s. Select a name relative to that instead, as in".formatted(prefix)
              + " select(\"... as name\", \"content\")");
    }
    return location.key().substring(prefix.key().length());
  }

  /**
   * Returns the object's bytes, which the row may use again.
   *
   * @throws IllegalArgumentException if they are null
   */
  byte[] content(InternalRow row) {
    if (content.isNull(row)) {
      throw new IllegalArgumentException(
          "Cannot write the row with %s '%s': content is null. Leave such rows out, or give an empty"
                  .formatted(name.name(), name.text(row))
              + " BINARY for an empty object");
    }
    return content.binary(row);
  }
}
