package io.s3dlio.spark.read;

import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.types.UTF8String;

/** Binary values in memory that the garbage collector owns: may be kept as long as anyone likes. */
final class HeapColumn extends ColumnVector {
  private final byte[][] values;

  HeapColumn(byte[][] values) {
    super(DataTypes.BinaryType);
    this.values = values;
  }

  @Override
  public byte[] getBinary(int row) {
    return values[row];
  }

  @Override
  public void close() {}

  @Override
  public boolean hasNull() {
    return false;
  }

  @Override
  public int numNulls() {
    return 0;
  }

  @Override
  public boolean isNullAt(int row) {
    return false;
  }

  @Override
  public boolean getBoolean(int row) {
    throw notBinary();
  }

  @Override
  public byte getByte(int row) {
    throw notBinary();
  }

  @Override
  public short getShort(int row) {
    throw notBinary();
  }

  @Override
  public int getInt(int row) {
    throw notBinary();
  }

  @Override
  public long getLong(int row) {
    throw notBinary();
  }

  @Override
  public float getFloat(int row) {
    throw notBinary();
  }

  @Override
  public double getDouble(int row) {
    throw notBinary();
  }

  @Override
  public ColumnarArray getArray(int row) {
    throw notBinary();
  }

  @Override
  public ColumnarMap getMap(int row) {
    throw notBinary();
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    throw notBinary();
  }

  @Override
  public UTF8String getUTF8String(int row) {
    throw notBinary();
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    throw notBinary();
  }

  private static UnsupportedOperationException notBinary() {
    return new UnsupportedOperationException("This column is binary");
  }
}
