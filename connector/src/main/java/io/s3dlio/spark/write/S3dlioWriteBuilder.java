package io.s3dlio.spark.write;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.ResolvedOptions.Origin;
import io.s3dlio.spark.config.TuningOptions;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.Location;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;

/** Builds a write and refuses what cannot work. Touches no object. */
public final class S3dlioWriteBuilder implements SupportsTruncate {
  private final List<Location> locations;
  private final LogicalWriteInfo info;
  private final List<String> partitionColumns;
  private final ResolvedOptions options;
  private boolean overwrite;

  /**
   * @param partitionColumns what directories are made of, as the user said
   */
  public S3dlioWriteBuilder(
      List<Location> locations,
      LogicalWriteInfo info,
      List<String> partitionColumns,
      ResolvedOptions options) {
    this.locations = locations;
    this.info = info;
    this.partitionColumns = List.copyOf(partitionColumns);
    this.options = options;
  }

  /** Makes it replace everything below the path, as {@code .mode("overwrite")} says. */
  @Override
  public WriteBuilder truncate() {
    overwrite = true;
    return this;
  }

  @Override
  public Write build() {
    if (locations.size() != 1) {
      throw new IllegalArgumentException(
          "Invalid path: %d were given (a write has one)".formatted(locations.size()));
    }
    Location prefix = locations.get(0).asPrefix();
    if (overwrite && options.value(WriteOptions.CHECKPOINT).isPresent()) {
      throw new IllegalArgumentException(
          "Cannot overwrite %s with a checkpoint: the others would be lost. Use mode(\"append\"), with"
                  .formatted(prefix)
              + " onExisting set to overwrite if it replaces the one of its step");
    }
    if (overwrite) {
      requireOverwritable(prefix);
    }
    OnExisting onExisting =
        overwrite ? OnExisting.OVERWRITE : options.value(WriteOptions.ON_EXISTING);
    ResolvedOptions inForce = TuningOptions.ofWrite(options);
    return new S3dlioWrite(
        WriteJob.of(info.queryId(), prefix, onExisting, inForce),
        RowShape.of(info.schema(), prefix, partitionColumns, info.queryId(), inForce),
        overwrite,
        inForce);
  }

  private void requireOverwritable(Location prefix) {
    if (!options.value(WriteOptions.OVERWRITE_PREFIX)) {
      throw new IllegalArgumentException(
          "Cannot overwrite %s: it would delete every object there that the job does not write. Set"
                  .formatted(prefix)
              + " overwritePrefix to true to allow that, or use mode(\"append\")");
    }
    if (isRoot(prefix)) {
      throw new IllegalArgumentException(
          "Cannot overwrite %s: it is a root, with everything below it. Write to a prefix of its"
                  .formatted(prefix)
              + " own");
    }
    OnExisting onExisting = options.value(WriteOptions.ON_EXISTING);
    if (options.origin(WriteOptions.ON_EXISTING) != Origin.DEFAULT
        && onExisting != OnExisting.OVERWRITE) {
      throw new IllegalArgumentException(
          "Invalid onExisting: '%s' (mode(\"overwrite\") replaces what exists; use mode(\"append\"))"
              .formatted(onExisting.name().toLowerCase(Locale.ROOT)));
    }
  }

  private static boolean isRoot(Location prefix) {
    return prefix.isLocal()
        ? Path.of("/" + prefix.key()).normalize().getNameCount() == 0
        : prefix.key().chars().allMatch(c -> c == '/');
  }
}
