package io.s3dlio.spark;

import io.s3dlio.spark.config.ReadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.TableDefinition;
import io.s3dlio.spark.read.Listing;
import io.s3dlio.spark.read.ReadSchema;
import io.s3dlio.spark.read.S3dlioScanBuilder;
import io.s3dlio.spark.read.TableShape;
import io.s3dlio.spark.write.S3dlioWriteBuilder;
import io.s3dlio.storage.Location;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.catalog.SupportsMetadataColumns;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/** The objects at some locations, as a table. */
final class S3dlioTable implements SupportsRead, SupportsWrite, SupportsMetadataColumns {
  private final List<Location> locations;
  private final TableDefinition definition;
  private final StructType givenSchema;
  private final Transform[] partitioning;
  private volatile @Nullable TableShape shape;
  private final boolean decoded;
  private final Listing listing;

  /** Of a shuffle without one: drawn once, so that every plan of this table has the same order. */
  private final long drawnSeed = ThreadLocalRandom.current().nextLong();

  /**
   * @param listing the objects
   * @param definition what a catalog knows of the table
   * @param givenSchema the user's schema of a read, or that of the rows to be written
   * @param partitioning how rows to be written go to directories
   * @param shape the columns; null if nobody has looked yet
   * @param decoded whether the options, as far as they are known, take objects for files of a
   *     format
   */
  S3dlioTable(
      Listing listing,
      TableDefinition definition,
      StructType givenSchema,
      Transform[] partitioning,
      @Nullable TableShape shape,
      boolean decoded) {
    this.locations = listing.locations();
    this.definition = definition;
    this.shape = shape;
    this.givenSchema = givenSchema;
    // A catalog's is of tables, which give directories by options.
    this.partitioning = definition.path().isPresent() ? new Transform[0] : partitioning.clone();
    this.decoded = decoded;
    this.listing = listing;
  }

  @Override
  public String name() {
    return "s3dlio "
        + locations.stream().limit(5).map(Location::toString).collect(Collectors.joining(", "))
        + (locations.size() > 5 ? ", ... (%d paths)".formatted(locations.size()) : "");
  }

  @Override
  @SuppressWarnings("deprecation") // Spark still asks for it before columns().
  public StructType schema() {
    TableShape known = shape;
    if (known != null) {
      return known.schema();
    }
    // Whether a user's schema is right, a read finds out.
    return decoded || ReadSchema.beginsWith(givenSchema, ReadSchema.TABLE)
        ? givenSchema
        : ReadSchema.TABLE;
  }

  /** Returns what Spark was told of the rows to be written: it compares. */
  @Override
  public Transform[] partitioning() {
    return partitioning.clone();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(
        TableCapability.BATCH_READ,
        TableCapability.BATCH_WRITE,
        TableCapability.TRUNCATE,
        TableCapability.ACCEPT_ANY_SCHEMA);
  }

  /** Tells where a table of a catalog is, also to those who look what a query reads. */
  @Override
  public Map<String, String> properties() {
    return definition.path().map(path -> Map.of(TableCatalog.PROP_LOCATION, path)).orElse(Map.of());
  }

  @Override
  public MetadataColumn[] metadataColumns() {
    TableShape known = shape;
    return known == null ? TableShape.hidden(givenSchema, decoded) : known.hidden();
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    ResolvedOptions resolved =
        ResolvedOptions.forRead(
                options.asCaseSensitiveMap(),
                definition.options(),
                S3dlioDataSource.sessionSettings())
            .withHadoop(S3dlioDataSource.hadoopSettings(), locations);
    TableShape known = shape;
    if (known == null) {
      known = TableShape.of(listing, resolved, Optional.of(givenSchema));
      shape = known;
    }
    return S3dlioScanBuilder.of(
        listing,
        givenSchema,
        known,
        resolved.value(ReadOptions.SHUFFLE)
            ? resolved.withDefault(ReadOptions.SEED, Long.toString(drawnSeed))
            : resolved);
  }

  private List<String> partitionColumns() {
    return Arrays.stream(partitioning)
        .map(
            transform -> {
              NamedReference[] references = transform.references();
              if (!transform.name().equals("identity")
                  || references.length != 1
                  || references[0].fieldNames().length != 1) {
                throw new IllegalArgumentException(
                    "Cannot partition by %s: only columns name directories, by their values"
                        .formatted(transform.describe()));
              }
              return references[0].fieldNames()[0];
            })
        .toList();
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return new S3dlioWriteBuilder(
        locations,
        info,
        partitionColumns(),
        ResolvedOptions.forWrite(
                info.options().asCaseSensitiveMap(),
                definition.options(),
                S3dlioDataSource.sessionSettings())
            .withHadoop(S3dlioDataSource.hadoopSettings(), locations));
  }
}
