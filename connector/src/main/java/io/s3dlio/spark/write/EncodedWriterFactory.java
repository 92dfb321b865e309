package io.s3dlio.spark.write;

import io.s3dlio.spark.config.ConcurrencyBudget;
import io.s3dlio.spark.config.MemoryBudget;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;

/** Makes the writers of encoded rows, on executors. */
record EncodedWriterFactory(WriteJob job, EncodedRows rows) implements DataWriterFactory {
  @Override
  public DataWriter<InternalRow> createWriter(int partitionId, long taskId) {
    MemoryBudget.applyToThisJvm();
    ConcurrencyBudget.applyToThisJvm();
    return new EncodedDataWriter(job, rows, partitionId, taskId);
  }
}
