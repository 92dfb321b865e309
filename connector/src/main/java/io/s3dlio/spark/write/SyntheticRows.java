package io.s3dlio.spark.write;

import io.s3dlio.datagen.Compression;
import io.s3dlio.datagen.DlioLayout;
import io.s3dlio.datagen.ObjectSource;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.datagen.Payload;
import io.s3dlio.datagen.SizeDistribution;
import io.s3dlio.spark.config.DlioNames;
import io.s3dlio.spark.config.OptionKey;
import io.s3dlio.spark.config.PayloadOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.ResolvedOptions.Origin;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.NameTemplate;
import java.io.Serializable;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.jspecify.annotations.Nullable;

/**
 * Rows that specify objects to be generated: {@code id}, and what overrides the options.
 *
 * @param name overrides the template; null if there is no such column, as with the others
 * @param defaults what a row takes that says nothing else
 */
record SyntheticRows(
    Column id,
    @Nullable Column name,
    @Nullable Column size,
    @Nullable Column objectType,
    Defaults defaults)
    implements RowShape {
  private static final String ID = "id";
  private static final String NAME = "name";
  private static final String SIZE = "size";
  private static final String OBJECT_TYPE = "object_type";

  /**
   * What the options say of every object; null where a row has to say it itself.
   *
   * @param count how many objects there will be; negative if that is not known
   * @param layout names objects in place of the template
   * @param payload what an object holds beside its type
   * @param compression how objects are compressed
   * @param indexed whether objects of TFRecords get an index
   */
  record Defaults(
      @Nullable String template,
      @Nullable DlioLayout layout,
      long count,
      @Nullable SizeDistribution size,
      @Nullable ObjectType objectType,
      Payload payload,
      Compression compression,
      boolean indexed)
      implements Serializable {}

  static SyntheticRows of(RowShape.Columns columns, ResolvedOptions options) {
    Column id = columns.integer(ID);
    if (id == null) {
      throw RowShape.Columns.refused("there is neither a column 'id' nor a column 'content'");
    }
    columns.requireOnly(Set.of(ID, NAME, SIZE, OBJECT_TYPE));
    Column name = columns.string(NAME);
    Column size = columns.integer(SIZE);
    Column objectType = columns.string(OBJECT_TYPE);
    long count = options.value(WriteOptions.OBJECT_COUNT).orElse(-1L);
    ObjectType defaultType =
        inForce(objectType, options, WriteOptions.OBJECT_TYPE)
            ? options.value(WriteOptions.OBJECT_TYPE)
            : null;
    DlioLayout layout = DlioNames.of(options).orElse(null);
    if (layout != null && (name != null || objectType != null)) {
      throw RowShape.Columns.refused(
          "layout=dlio names the objects, and all have one type: there can be no column 'name' or"
              + " 'object_type'");
    }
    String template =
        layout == null && inForce(name, options, WriteOptions.OBJECT_NAME)
            ? options.value(WriteOptions.OBJECT_NAME)
            : null;
    if (template != null) {
      requireTemplate(template, count);
    }
    SizeDistribution defaultSize = options.value(WriteOptions.OBJECT_SIZE).orElse(null);
    Payload payload = PayloadOptions.of(options);
    if (size == null && defaultSize == null && payload.shape().isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot write rows: the objects have no size. Set objectSize, such as 8mb, or give a"
              + " column 'size'");
    }
    Compression compression = options.value(WriteOptions.COMPRESSION);
    boolean indexed = options.value(WriteOptions.TFRECORD_INDEX);
    if (defaultType == null || defaultType == ObjectType.TFRECORD) {
      requireReaders(compression, indexed, layout);
    }
    if (payload.factors().dedupe() > 1) {
      requireAlike(size, objectType, defaultSize, compression);
    }
    if (objectType == null && defaultType != null) {
      compression.requireFor(defaultType);
      if (!defaultType.hasRecords()) {
        refuse(WriteOptions.RECORDS_PER_OBJECT, options, defaultType, "samples");
      }
      if (!defaultType.isArray()) {
        refuse(PayloadOptions.DTYPE, options, defaultType, "arrays");
        refuse(PayloadOptions.SHAPE, options, defaultType, "arrays");
      }
      if (defaultType == ObjectType.ZEROS) {
        refuse(PayloadOptions.DEDUPE, options, defaultType, "random bytes");
        refuse(PayloadOptions.COMPRESS, options, defaultType, "random bytes");
      }
      if (indexed && defaultType != ObjectType.TFRECORD) {
        throw new IllegalArgumentException(
            "Invalid option: '%s' (objects of the type %s have no index)"
                .formatted(WriteOptions.TFRECORD_INDEX.name(), defaultType));
      }
      if (size == null) {
        requireObject(defaultSize, defaultType, payload);
      }
    }
    return new SyntheticRows(
        id,
        name,
        size,
        objectType,
        new Defaults(
            template, layout, count, defaultSize, defaultType, payload, compression, indexed));
  }

  /** Refuses records that are compressed where readers look for such as are not. */
  private static void requireReaders(
      Compression compression, boolean indexed, @Nullable DlioLayout layout) {
    boolean compressed = compression != Compression.NONE;
    if (compressed && indexed) {
      throw new IllegalArgumentException(
          "Invalid compression: '%s' (an index tells of records that are not compressed)"
              .formatted(compression));
    }
    if (compressed && layout != null) {
      throw new IllegalArgumentException(
          "Invalid compression: '%s' (DLIO reads no compressed TFRecords)".formatted(compression));
    }
  }

  /** Objects have blocks in common at the same places. */
  private static void requireAlike(
      @Nullable Column size,
      @Nullable Column objectType,
      @Nullable SizeDistribution defaultSize,
      Compression compression) {
    String remedy;
    if (size != null || objectType != null) {
      remedy = "leave the column '%s' out".formatted(size != null ? SIZE : OBJECT_TYPE);
    } else if (defaultSize != null && !(defaultSize instanceof SizeDistribution.Fixed)) {
      remedy = "let %s be one size".formatted(WriteOptions.OBJECT_SIZE.name());
    } else if (compression != Compression.NONE) {
      remedy = "leave %s out".formatted(WriteOptions.COMPRESSION.name());
    } else {
      return;
    }
    throw new IllegalArgumentException(
        "Invalid option: '%s' (objects have blocks in common if they have one size and one type: %s)"
            .formatted(PayloadOptions.DEDUPE.name(), remedy));
  }

  /** An option that was set and says how something is that the objects do not have. */
  private static void refuse(
      OptionKey<?> option, ResolvedOptions options, ObjectType type, String what) {
    if (options.origin(option) == Origin.OPTION) {
      throw new IllegalArgumentException(
          "Invalid option: '%s' (objects of the type %s hold no %s)"
              .formatted(option.name(), type, what));
    }
  }

  /** Says before any task begins what every row would say. */
  private static void requireObject(
      @Nullable SizeDistribution sizes, ObjectType type, Payload payload) {
    OptionalLong exact = type.size(payload);
    if (sizes != null) {
      if (exact.isPresent() && !(sizes instanceof SizeDistribution.Fixed)) {
        throw new IllegalArgumentException(
            "Invalid option: '%s' (the size follows from the option '%s': it is %d)"
                .formatted(
                    WriteOptions.OBJECT_SIZE.name(),
                    PayloadOptions.SHAPE.name(),
                    exact.getAsLong()));
      }
      ObjectSpec unused = new ObjectSpec(0, "any", sizes.min(), type, payload);
    } else if (exact.isPresent()) {
      ObjectSpec unused = new ObjectSpec(0, "any", exact.getAsLong(), type, payload);
    }
  }

  /** An option that nobody set stands in for a column that is not there, never for a null. */
  private static boolean inForce(
      @Nullable Column column, ResolvedOptions options, OptionKey<?> option) {
    return column == null || options.origin(option) != Origin.DEFAULT;
  }

  private static void requireTemplate(String template, long count) {
    // What is wrong whatever the count is says so itself.
    NameTemplate.parse(template, count < 0 ? 1 : count);
    if (count < 0) {
      try {
        NameTemplate.parse(template, count);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            e.getMessage()
                + ". How many objects there will be is not known: set objectCount, or name"
                + " the objects by a column 'name' and leave objectName out",
            e);
      }
    }
  }

  @Override
  public String describe() {
    return "objects to generate";
  }

  @Override
  public boolean mayName(String candidate) {
    if (defaults.layout() != null) {
      return defaults.layout().matches(candidate);
    }
    if (defaults.template() == null) {
      return false;
    }
    NameTemplate template = NameTemplate.parse(defaults.template(), defaults.count());
    return template.matches(candidate)
        || (defaults.indexed()
            && candidate.endsWith(DlioLayout.INDEX_SUFFIX)
            && template.matches(
                candidate.substring(0, candidate.length() - DlioLayout.INDEX_SUFFIX.length())));
  }

  /**
   * Returns whether every name comes from the template, so that distinct ids have distinct names.
   */
  boolean isNamedById() {
    return name == null;
  }

  /** Returns what makes specifications of rows, on an executor; for one thread. */
  Specs specs(long seed) {
    return new Specs(seed);
  }

  /** Makes specifications of rows. */
  final class Specs {
    private final long seed;

    private final @Nullable NameTemplate template =
        defaults.template() == null
            ? null
            : NameTemplate.parse(defaults.template(), defaults.count());

    private Specs(long seed) {
      this.seed = seed;
    }

    /**
     * Returns what the row asks for. Keeps nothing of the row.
     *
     * @throws IllegalArgumentException naming the row's id, if that is nothing that can be made
     */
    ObjectSpec spec(InternalRow row) {
      if (id.isNull(row)) {
        throw new IllegalArgumentException(
            "Cannot write a row: its id is null. An id is the object's index, 0 or more");
      }
      long index = id.integer(row);
      try {
        ObjectType type = type(row);
        return new ObjectSpec(
            index, name(row, index), size(row, index, type), type, defaults.payload());
      } catch (IllegalArgumentException e) {
        throw refused(index, e);
      }
    }

    /**
     * Returns an object's bytes.
     *
     * @throws IllegalArgumentException naming the row's id, if its type is not compressed so
     */
    ObjectSource source(ObjectSpec spec, long seed) {
      try {
        return defaults.compression().of(spec.type(), spec.source(seed));
      } catch (IllegalArgumentException e) {
        throw refused(spec.index(), e);
      }
    }

    private static IllegalArgumentException refused(long index, IllegalArgumentException cause) {
      return new IllegalArgumentException(
          "Cannot write the row with id %d: %s".formatted(index, cause.getMessage()), cause);
    }

    /** Returns whether the object gets an index of its records. */
    boolean isIndexed(ObjectSpec spec) {
      return defaults.indexed() && spec.type() == ObjectType.TFRECORD;
    }

    /** Returns the name of the index of an object's records. */
    String indexName(ObjectSpec spec) {
      return defaults.layout() == null
          ? NameTemplate.requireSafe(spec.name() + DlioLayout.INDEX_SUFFIX)
          : defaults.layout().indexName(spec.index());
    }

    private String name(InternalRow row, long index) {
      if (defaults.layout() != null) {
        return defaults.layout().name(index);
      }
      if (name != null && !name.isNull(row)) {
        return NameTemplate.requireSafe(name.text(row));
      }
      if (template == null) {
        throw isNull("name", "objectName");
      }
      return template.name(index);
    }

    private long size(InternalRow row, long index, ObjectType type) {
      if (size != null && !size.isNull(row)) {
        return size.integer(row);
      }
      OptionalLong exact = type.size(defaults.payload());
      if (exact.isPresent()) {
        return exact.getAsLong();
      }
      if (defaults.size() == null) {
        throw isNull("size", "objectSize");
      }
      return defaults.size().size(seed, index);
    }

    private ObjectType type(InternalRow row) {
      if (objectType != null && !objectType.isNull(row)) {
        return ObjectType.parse(objectType.text(row));
      }
      if (defaults.objectType() == null) {
        throw isNull("object_type", "objectType");
      }
      return defaults.objectType();
    }

    private static IllegalArgumentException isNull(String column, String option) {
      return new IllegalArgumentException(
          "%s is null. Set %s for rows without one".formatted(column, option));
    }
  }
}
