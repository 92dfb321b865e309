package io.s3dlio.spark;

import io.s3dlio.spark.config.LoadPaths;
import io.s3dlio.spark.config.PathPattern;
import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.TableDefinition;
import io.s3dlio.spark.read.PartitionColumns;
import io.s3dlio.spark.read.ReadSchema;
import io.s3dlio.storage.Location;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.SessionConfigSupport;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** The entry of {@code format("s3dlio")}. */
public final class S3dlioDataSource
    implements TableProvider, DataSourceRegister, SessionConfigSupport {
  /** What Spark was told before it asks for the table. */
  private @Nullable PartitionColumns inferred;

  @Override
  public String shortName() {
    return "s3dlio";
  }

  @Override
  public String keyPrefix() {
    return "s3dlio";
  }

  /**
   * Returns the one schema that there is, and the columns of directories. Looks at no object; lists
   * directories only if the options ask for their columns without naming these. Spark asks when it
   * reads, or when a table is defined, so this is where bad options fail first.
   */
  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    Optional<TableDefinition> definition = TableDefinition.of(options.asCaseSensitiveMap());
    Map<String, String> given = definition.isPresent() ? Map.of() : options.asCaseSensitiveMap();
    TableDefinition table = definition.orElse(TableDefinition.NONE);
    table.check(sessionSettings());
    List<Location> locations = LoadPaths.parse(options);
    ResolvedOptions resolved = ResolvedOptions.forRead(given, table.options(), sessionSettings());
    if (resolved.value(ReadOptions.GLOB_PATHS)) {
      locations.forEach(PathPattern::expand);
    }
    PartitionColumns partitions =
        PartitionColumns.areAsked(resolved)
            ? PartitionColumns.of(locations, resolved.withHadoop(hadoopSettings(), locations))
            : PartitionColumns.NONE;
    inferred = partitions;
    return ReadSchema.table(partitions);
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    PartitionColumns known =
        inferred != null && ReadSchema.table(inferred).equals(schema) ? inferred : null;
    return new S3dlioTable(
        LoadPaths.parse(new CaseInsensitiveStringMap(properties)),
        TableDefinition.of(properties).orElse(TableDefinition.NONE),
        schema,
        partitioning,
        known);
  }

  /** True so that a schema given by the user, and that of rows to be written, reaches the table. */
  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  /** Returns Hadoop's settings, with those that the active session was given at run time. */
  static Configuration hadoopSettings() {
    return SparkSession.active().sessionState().newHadoopConf();
  }

  /** Returns the active session's settings. */
  static Map<String, String> sessionSettings() {
    return CollectionConverters.asJava(SparkSession.active().conf().getAll());
  }
}
