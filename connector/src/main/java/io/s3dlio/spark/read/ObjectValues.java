package io.s3dlio.spark.read;

import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** What the listing says of a row's object, as Spark keeps it in rows. Thread-safe. */
final class ObjectValues {
  private final ObjectMetadata metadata;
  private final PartitionValues partitions;

  ObjectValues(ReaderConfig config) {
    this.metadata = config.metadata();
    this.partitions = config.partitionValues();
  }

  /**
   * @throws IllegalArgumentException if there is no such column, or an object has no value of it
   */
  @Nullable Object value(String column, RowBatch rows, int row) {
    ObjectTable objects = rows.objects();
    int object = rows.object(row);
    return switch (column) {
      case ReadSchema.PATH -> UTF8String.fromBytes(objects.path(object));
      case ReadSchema.MODIFICATION_TIME -> objects.modified(object);
      case ReadSchema.LENGTH -> objects.length(object);
      case ReadSchema.OFFSET -> rows.offset(row);
      case ReadSchema.METADATA -> metadata.row(rows, row);
      case ReadSchema.PARENT -> UTF8String.fromBytes(ObjectMetadata.parent(objects.path(object)));
      case ReadSchema.ETAG -> UTF8String.fromString(objects.etag(object));
      default -> partitions.value(objects, object, partitions.indexOf(column));
    };
  }
}
