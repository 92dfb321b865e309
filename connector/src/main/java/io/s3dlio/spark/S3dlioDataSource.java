package io.s3dlio.spark;

import io.s3dlio.spark.config.DecodeOptions;
import io.s3dlio.spark.config.LoadPaths;
import io.s3dlio.spark.config.PathPattern;
import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.TableDefinition;
import io.s3dlio.spark.read.Listing;
import io.s3dlio.spark.read.TableShape;
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
  private @Nullable Inferred inferred;

  private record Inferred(Listing listing, TableShape shape) {}

  @Override
  public String shortName() {
    return "s3dlio";
  }

  @Override
  public String keyPrefix() {
    return "s3dlio";
  }

  /**
   * Returns the columns that the options ask for. Looks at no object, and lists none, unless only
   * these tell: with {@code decode=auto}, and for directories whose columns nobody names. Spark
   * asks when it reads, or when a table is defined, so this is where bad options fail first.
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
    Listing listing = new Listing(locations);
    TableShape shape =
        TableShape.of(
            listing,
            TableShape.isSeen(resolved)
                ? resolved.withHadoop(hadoopSettings(), locations)
                : resolved,
            Optional.empty());
    inferred = new Inferred(listing, shape);
    return shape.schema();
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    List<Location> locations = LoadPaths.parse(new CaseInsensitiveStringMap(properties));
    Inferred known = inferred;
    boolean same =
        known != null
            && known.shape().schema().equals(schema)
            && known.listing().locations().equals(locations);
    TableDefinition definition = TableDefinition.of(properties).orElse(TableDefinition.NONE);
    return new S3dlioTable(
        known != null && same ? known.listing() : new Listing(locations),
        definition,
        schema,
        partitioning,
        known != null && same ? known.shape() : null,
        DecodeOptions.isAsked(properties, definition.options(), sessionSettings()));
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
