package io.s3dlio.spark.write.encode;

import java.io.Serializable;
import org.apache.spark.sql.types.DataType;

/**
 * A column whose values are encoded.
 *
 * @param ordinal which one of the row's it is
 */
public record EncodedColumn(String name, int ordinal, DataType type) implements Serializable {}
