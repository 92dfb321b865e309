package io.s3dlio.spark.read;

import io.s3dlio.format.ArrayReader;
import io.s3dlio.format.Hdf5Dataset;
import io.s3dlio.format.Hdf5Reader;
import io.s3dlio.format.NpyReader;
import io.s3dlio.format.NpzMember;
import io.s3dlio.format.NpzReader;
import io.s3dlio.format.SampleReader;
import io.s3dlio.spark.config.Decode;
import io.s3dlio.spark.config.DecodeOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A row for each array of an object, or for each sample of these.
 *
 * @param format the objects' format; {@link Decode#AUTO} where that is what their names say
 * @param names of the arrays that are read; all if there is none
 * @param rowPerSample whether samples are rows
 * @param sampleAxis which axis numbers samples; null where that goes by format and name
 * @param verifyCrc whether checksums are compared
 */
record ArrayDecoding(
    Decode format,
    List<String> names,
    boolean rowPerSample,
    @Nullable Integer sampleAxis,
    boolean verifyCrc)
    implements Decoding {
  static final String NAME = "name";
  static final String DTYPE = "dtype";
  static final String SHAPE = "shape";
  static final String DATA = "data";
  static final String INDEX = "index";

  static final StructType COLUMNS =
      new StructType()
          .add(ReadSchema.PATH, DataTypes.StringType, false)
          .add(NAME, DataTypes.StringType, true)
          .add(DTYPE, DataTypes.StringType, false)
          .add(SHAPE, DataTypes.createArrayType(DataTypes.LongType, false), false)
          .add(DATA, DataTypes.BinaryType, false)
          .add(INDEX, DataTypes.LongType, false);

  /** The array of images, of which DLIO has samples along the last axis. */
  private static final String IMAGES = "x";

  ArrayDecoding {
    names = List.copyOf(names);
  }

  static ArrayDecoding of(Decode format, ResolvedOptions options) {
    return new ArrayDecoding(
        format,
        options.value(DecodeOptions.ARRAYS).orElse(List.of()),
        options.value(DecodeOptions.ROW_PER_SAMPLE),
        options.value(DecodeOptions.SAMPLE_AXIS).orElse(null),
        options.value(DecodeOptions.VERIFY_CRC).orElse(false));
  }

  static boolean isColumn(String name) {
    return COLUMNS.getFieldIndex(name).isDefined();
  }

  @Override
  public StructType columns() {
    return COLUMNS;
  }

  @Override
  public MetadataColumn[] hidden() {
    return hiddenColumns();
  }

  static MetadataColumn[] hiddenColumns() {
    return ReadSchema.hidden(
        ReadSchema.MODIFICATION_TIME,
        ReadSchema.LENGTH,
        ReadSchema.ETAG,
        ReadSchema.METADATA,
        ReadSchema.PARENT);
  }

  @Override
  public boolean isRead(String column) {
    return isColumn(column) && !column.equals(ReadSchema.PATH);
  }

  @Override
  public boolean looksInside() {
    return true;
  }

  /** One array of an object, to be read in samples. */
  record Part(@Nullable String name, ArrayReader array, SampleReader samples) {}

  /**
   * Reads what an object says of its arrays, those that are asked for in their order.
   *
   * @throws StorageException if it has not all that are asked for, or samples have no such axis
   */
  List<Part> open(ObjectReader reader, ObjectInfo object) throws IOException {
    Decode own = format == Decode.AUTO ? Suffixes.formatOf(object.location()) : format;
    return switch (own) {
      case NPY -> List.of(part(own, object, null, NpyReader.open(reader, object)));
      case NPZ -> npz(reader, object);
      case HDF5 -> hdf5(reader, object);
      default -> throw new IllegalStateException("There are no arrays in " + own);
    };
  }

  private List<Part> npz(ObjectReader reader, ObjectInfo object) throws IOException {
    NpzReader file = NpzReader.open(reader, object);
    List<NpzMember> members = file.members().stream().filter(NpzMember::isArray).toList();
    List<String> all = members.stream().map(NpzMember::arrayName).toList();
    List<Part> parts = new ArrayList<>();
    for (NpzMember member : wanted(object, members, all, file::array)) {
      parts.add(part(Decode.NPZ, object, member.arrayName(), file.open(member, verifyCrc)));
    }
    return parts;
  }

  private List<Part> hdf5(ObjectReader reader, ObjectInfo object) throws IOException {
    Hdf5Reader file = Hdf5Reader.open(reader, object);
    List<String> all = file.datasets().stream().map(Hdf5Dataset::name).toList();
    List<Part> parts = new ArrayList<>();
    for (Hdf5Dataset dataset : wanted(object, file.datasets(), all, file::dataset)) {
      parts.add(part(Decode.HDF5, object, dataset.name(), file.open(dataset)));
    }
    return parts;
  }

  /** Returns the arrays that are asked for. */
  private <T> List<T> wanted(
      ObjectInfo object, List<T> arrays, List<String> all, Function<String, Optional<T>> find)
      throws StorageException {
    if (names.isEmpty()) {
      return arrays;
    }
    List<T> wanted = new ArrayList<>();
    for (String name : names) {
      wanted.add(find.apply(name).orElseThrow(() -> missing(object, name, all)));
    }
    return wanted;
  }

  private Part part(Decode own, ObjectInfo object, @Nullable String name, ArrayReader array)
      throws StorageException {
    if (!rowPerSample) {
      return new Part(name, array, SampleReader.ofWhole(array));
    }
    int axis = Optional.ofNullable(sampleAxis).orElse(isLast(own, name) ? -1 : 0);
    try {
      return new Part(name, array, SampleReader.of(array, axis));
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          Failure.of(
                  "decode",
                  object.location(),
                  "the array%s has no samples: %s".formatted(named(name), e.getMessage()))
              .withRemedy(
                  "Name the arrays that have some with the option arrays, their axis with"
                      + " sampleAxis, or leave rowPerSample out"),
          e);
    }
  }

  private static boolean isLast(Decode own, @Nullable String name) {
    return own == Decode.NPY || (own == Decode.NPZ && IMAGES.equals(name));
  }

  private static StorageException missing(ObjectInfo object, String name, List<String> there) {
    return new StorageException(
        Failure.of(
                "decode",
                object.location(),
                "it has no array '%s', but %s"
                    .formatted(name, there.isEmpty() ? "none at all" : String.join(", ", there)))
            .withRemedy("Name others with the option arrays"));
  }

  static String named(@Nullable String name) {
    return name == null ? "" : " '%s'".formatted(name);
  }

  /** Returns the rows' failure where one of them is larger than Spark's rows may be. */
  static StorageException tooLarge(Location object, Part part) {
    return new StorageException(
        Failure.of(
                "decode",
                object,
                "a row of the array%s has %d bytes and a row holds %d at most"
                    .formatted(
                        named(part.name()),
                        part.samples().sampleLength(),
                        S3dlioBatch.MAX_ROW_BYTES))
            .withRemedy("Set option(\"rowPerSample\", true) to read its samples as rows"));
  }
}
