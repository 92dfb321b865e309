package io.s3dlio.spark.write;

import io.s3dlio.spark.config.ConcurrencyBudget;
import io.s3dlio.spark.config.MemoryBudget;
import io.s3dlio.storage.checkpoint.CheckpointSave;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;

/** Makes the writers of states, on executors. */
record CheckpointWriterFactory(WriteJob job, CheckpointRows rows, CheckpointSave save)
    implements DataWriterFactory {
  @Override
  public DataWriter<InternalRow> createWriter(int partitionId, long taskId) {
    MemoryBudget.applyToThisJvm();
    ConcurrencyBudget.applyToThisJvm();
    return new CheckpointDataWriter(job, rows, save, partitionId, taskId);
  }
}
