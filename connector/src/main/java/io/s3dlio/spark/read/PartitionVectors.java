package io.s3dlio.spark.read;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.unsafe.types.UTF8String;

/** Makes Arrow's vectors of what directories say. */
final class PartitionVectors {
  private final PartitionValues values;
  private final boolean large;
  private final BufferAllocator allocator;

  PartitionVectors(ReaderConfig config, BufferAllocator allocator) {
    this.values = config.partitionValues();
    this.large = config.largeVarTypes();
    this.allocator = allocator;
  }

  /**
   * @throws IllegalArgumentException if there is no such column, or an object has no value of it
   */
  FieldVector vector(String name, RowBatch rows) {
    int column = values.indexOf(name);
    FieldVector vector = empty(name, values.type(column));
    boolean done = false;
    try {
      vector.setInitialCapacity(rows.rows());
      vector.allocateNew();
      for (int row = 0; row < rows.rows(); row++) {
        Object value = values.value(rows.objects(), rows.object(row), column);
        if (value != null) {
          set(vector, row, value);
        }
      }
      vector.setValueCount(rows.rows());
      done = true;
      return vector;
    } finally {
      if (!done) {
        vector.close();
      }
    }
  }

  private FieldVector empty(String name, DataType type) {
    if (type.equals(DataTypes.StringType)) {
      return large ? new LargeVarCharVector(name, allocator) : new VarCharVector(name, allocator);
    }
    if (type.equals(DataTypes.BooleanType)) {
      return new BitVector(name, allocator);
    }
    if (type.equals(DataTypes.ByteType)) {
      return new TinyIntVector(name, allocator);
    }
    if (type.equals(DataTypes.ShortType)) {
      return new SmallIntVector(name, allocator);
    }
    if (type.equals(DataTypes.IntegerType)) {
      return new IntVector(name, allocator);
    }
    if (type.equals(DataTypes.LongType)) {
      return new BigIntVector(name, allocator);
    }
    if (type.equals(DataTypes.FloatType)) {
      return new Float4Vector(name, allocator);
    }
    if (type.equals(DataTypes.DoubleType)) {
      return new Float8Vector(name, allocator);
    }
    if (type.equals(DataTypes.DateType)) {
      return new DateDayVector(name, allocator);
    }
    if (type.equals(DataTypes.TimestampType)) {
      return new TimeStampMicroTZVector(name, allocator, "UTC");
    }
    if (type.equals(DataTypes.TimestampNTZType)) {
      return new TimeStampMicroVector(name, allocator);
    }
    if (type instanceof DecimalType decimal) {
      return new DecimalVector(name, allocator, decimal.precision(), decimal.scale());
    }
    throw new IllegalArgumentException("There are no directories of type " + type.sql());
  }

  private static void set(FieldVector vector, int row, Object value) {
    if (vector instanceof VarCharVector text) {
      text.setSafe(row, ((UTF8String) value).getBytes());
    } else if (vector instanceof LargeVarCharVector text) {
      text.setSafe(row, ((UTF8String) value).getBytes());
    } else if (vector instanceof BitVector bits) {
      bits.setSafe(row, (Boolean) value ? 1 : 0);
    } else if (vector instanceof TinyIntVector bytes) {
      bytes.setSafe(row, (Byte) value);
    } else if (vector instanceof SmallIntVector shorts) {
      shorts.setSafe(row, (Short) value);
    } else if (vector instanceof IntVector ints) {
      ints.setSafe(row, (Integer) value);
    } else if (vector instanceof BigIntVector longs) {
      longs.setSafe(row, (Long) value);
    } else if (vector instanceof Float4Vector floats) {
      floats.setSafe(row, (Float) value);
    } else if (vector instanceof Float8Vector doubles) {
      doubles.setSafe(row, (Double) value);
    } else if (vector instanceof DateDayVector days) {
      days.setSafe(row, (Integer) value);
    } else if (vector instanceof TimeStampVector times) {
      times.setSafe(row, (Long) value);
    } else {
      ((DecimalVector) vector).setSafe(row, ((Decimal) value).toJavaBigDecimal());
    }
  }
}
