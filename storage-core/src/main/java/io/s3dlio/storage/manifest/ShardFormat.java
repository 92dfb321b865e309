package io.s3dlio.storage.manifest;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import java.util.List;

/** The CSV of a shard: a header line, then a line an object. */
final class ShardFormat {
  /** What the header line says. A {@code spec_size} that is the size is left empty. */
  static final List<String> COLUMNS =
      List.of("name", "size", "crc32c", "index", "object_type", "spec_size");

  /** Longer than any key of any store; keeps a hostile line from filling the memory. */
  private static final int MAX_FIELD = 1 << 16;

  static final CsvFactory CSV =
      CsvFactory.builder()
          .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_FIELD).build())
          .build();

  private ShardFormat() {}
}
