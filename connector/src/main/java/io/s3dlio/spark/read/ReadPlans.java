package io.s3dlio.spark.read;

import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.TuningOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.tuning.SizeSummary;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.types.StructType;

/**
 * The plan of a read, of which some may follow the sizes of the objects: that is known once they
 * are listed.
 */
final class ReadPlans {
  private final List<Location> locations;
  private final StructType schema;
  private final TableShape shape;
  private final ResolvedOptions options;
  private final SparkSettings spark;
  private final ReadPlan unlisted;

  /**
   * @param options what was set, and the defaults of such a read
   */
  ReadPlans(
      List<Location> locations,
      StructType schema,
      TableShape shape,
      ResolvedOptions options,
      SparkSettings spark) {
    this.locations = locations;
    this.schema = schema;
    this.shape = shape;
    this.options = options;
    this.spark = spark;
    this.unlisted = plan(options(Optional.empty()));
  }

  /** Returns the plan as far as it does not follow the objects. */
  ReadPlan unlisted() {
    return unlisted;
  }

  /**
   * Returns the whole plan.
   *
   * @param objects asked only where something follows them
   */
  ReadPlan of(Supplier<ObjectIndex> objects) {
    return TuningOptions.followSizes(options)
        ? plan(options(Optional.of(objects.get())))
        : unlisted;
  }

  /**
   * Returns every option in force.
   *
   * @param objects if they are known; looked at only where something follows them
   */
  ResolvedOptions options(Optional<ObjectIndex> objects) {
    SizeSummary sizes =
        TuningOptions.followSizes(options)
            ? objects.map(ReadPlans::sizes).orElse(SizeSummary.UNKNOWN)
            : SizeSummary.UNKNOWN;
    return TuningOptions.ofRead(
        options, sizes, ContentRef.namesFiles(locations), spark.memory().bytesPerTask());
  }

  private ReadPlan plan(ResolvedOptions inForce) {
    return ReadPlan.of(locations, schema, shape, inForce, spark);
  }

  private static SizeSummary sizes(ObjectIndex index) {
    SizeSummary.Builder sizes = new SizeSummary.Builder();
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        sizes.add(table.length(i));
      }
    }
    return sizes.build();
  }
}
