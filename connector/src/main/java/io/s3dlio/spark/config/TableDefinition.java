package io.s3dlio.spark.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.connector.catalog.TableCatalog;

/**
 * What Spark's session catalog knows of a table: of {@code CREATE TABLE ... USING s3dlio OPTIONS
 * (...) LOCATION ...}. Spark hands the options to the data source among the table's properties,
 * each of them twice: under its name, as any property, and behind {@code option.}.
 *
 * @param options those of {@code OPTIONS}, by their names in lower case
 * @param path where the table's objects are; empty if the table has no place
 */
public record TableDefinition(Map<String, String> options, Optional<String> path) {
  /** What a table is that no catalog defines. */
  public static final TableDefinition NONE = new TableDefinition(Map.of(), Optional.empty());

  /** Returns the definition that properties are of, if they are of one. */
  public static Optional<TableDefinition> of(Map<String, String> properties) {
    if (!properties.containsKey(TableCatalog.PROP_PROVIDER)
        || !properties.containsKey(TableCatalog.PROP_OWNER)) {
      return Optional.empty();
    }
    Map<String, String> options = new LinkedHashMap<>();
    properties.forEach(
        (name, value) -> {
          if (name.startsWith(TableCatalog.OPTION_PREFIX)) {
            String option = name.substring(TableCatalog.OPTION_PREFIX.length());
            options.put(option.toLowerCase(Locale.ROOT), value);
          }
        });
    options.remove("path");
    return Optional.of(new TableDefinition(options, Optional.ofNullable(properties.get("path"))));
  }

  /**
   * Checks the options, those of reads and those of writes.
   *
   * @param session the session's settings
   * @throws IllegalArgumentException if there is none of a name, or a value is malformed
   */
  public void check(Map<String, String> session) {
    ResolvedOptions.forRead(Map.of(), options, session);
    ResolvedOptions.forWrite(Map.of(), options, session);
  }
}
